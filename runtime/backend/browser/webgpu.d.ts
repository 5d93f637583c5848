export * from '@tensorflow/tfjs-backend-webgpu';
