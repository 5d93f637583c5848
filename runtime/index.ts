/** What emitted modules and their users import as `attnc/runtime`. It runs in browsers too; files are in `node.ts`. */
export * as tf from './tf.ts';
export type * from './definition.ts';
export type { Flags, Floats, Ints, Value, Values } from './values.ts';
export { CheckpointError, InputError, NumericError, TrainingError } from './errors.ts';
export { collate, type HostBatch, type HostInput } from './batch.ts';
export { DeviceBatch, refuse } from './device-batch.ts';
export { StepRandom, stream, seedKey, fold, hashOf, type Key } from './random.ts';
export * from './ops.ts';
export { appendToCache, cached, emptyCache, cachedAt, Cache } from './decode/cache.ts';
export { initialValues } from './initialise.ts';
export { below, ofRounds, rounds } from './rounds.ts';
export { repeating } from './graphs/sessions.ts';
export { Weights } from './weights.ts';
export { parameterTree, type ParameterTree } from './parameters.ts';
export { Joint, type JointOptions } from './joint.ts';
export {
  Learner,
  Model,
  type DrawOptions,
  type GradientOptions,
  type GradientResult,
  type LossOptions,
  type LossResult,
  type ModelOptions,
  type ParameterInfo,
} from './model.ts';
export {
  GenerativeModel,
  type BeamOptions,
  type EncodeOptions,
  type Generated,
  type GenerateOptions,
  type GreedyOptions,
  type Hypothesis,
  type SampleOptions,
} from './generative.ts';
export { Decoding, type DecodingStep } from './decode/decoding.ts';
export { CausalModel } from './causal.ts';
export { Streaming, type PlacesInput } from './decode/streaming.ts';
export { readSafetensors, writeSafetensors, type StoredTensor, type TensorFile } from './checkpoint/safetensors.ts';
export { checkpointInfo, type CheckpointInfo, type CheckpointNote } from './checkpoint/checkpoint.ts';
export {
  fit,
  type CheckpointOptions,
  type FitData,
  type FitOptions,
  type FitResult,
  type Trainable,
  type ValidationOptions,
} from './training/fit.ts';
export { Optimizer } from './training/optimizer.ts';
export type { OptimizerKind } from './training/rules.ts';
export { BatchOrder, type ExampleSource, type OrderOptions, type Rollouts, type TrainingBatch } from './training/data.ts';
export { memoryStore, type CheckpointStore } from './training/store.ts';
export type { EndReason, TrainingEvent } from './training/events.ts';
export { duration, ProgressBar, short, showTraining, type ProgressOptions, type ProgressStream } from './training/progress.ts';
export {
  inParts,
  meansOf,
  tabulate,
  tabulateBy,
  toExample,
  toSource,
  type Configuration,
  type Evaluation,
  type EvaluationRow,
  type OpenTask,
  type ParsedInput,
  type Picture,
  type Task,
  type TaskExample,
} from './training/task.ts';
export {
  BACKEND_NAMES,
  EXECUTIONS,
  BackendError,
  reportBackends,
  useBackend,
  type ActiveBackend,
  type BackendName,
  type BackendOptions,
  type Execution,
  type BackendReport,
} from './backend/index.ts';
export { alignmentGridSvg, alignmentSvg, type AlignmentPicture } from './pictures/alignment.ts';
export { attendedSvg, type AttendedPicture } from './pictures/attended.ts';
export { headsSvg, type HeadsPicture } from './pictures/heads.ts';
export { linesSvg, type Line, type LinesPicture } from './pictures/lines.ts';
export { panelsSvg, type Panel, type PanelsPicture } from './pictures/panels.ts';
export { pngUri, type PixelImage } from './pictures/image.ts';
export { sheetSvg, type SheetRow, type Sketch } from './pictures/sheet.ts';
