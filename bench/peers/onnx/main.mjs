/** onnxruntime-node, on what torch's exporter made of the models in PyTorch: the forward pass. */
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { rowNamed } from '../../suite/rows.ts';
import { readTensors, serve } from '../../suite/serve.ts';

await serve(async (job) => {
  const session = await ort.InferenceSession.create(join(dirname(job.tensors), 'model.onnx'));
  const tensors = readTensors(job.tensors);
  const { inputs } = rowNamed(job.row);
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => {
      const { data, shape } = tensors.get(`input:${name}`);
      const own =
        inputs[name].kind === 'index'
          ? new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape)
          : new ort.Tensor('float32', data, shape);
      return [name, own];
    }),
  );
  return {
    versions: { 'onnxruntime-node': ort.env.versions.node },
    parameters: null,
    works: { forward: async () => (await session.run(feeds)).loss.data[0] },
  };
});
