/** Data at the boundary that the model cannot take: missing, of the wrong length, outside its index space, not finite. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** A checkpoint that cannot be read, or that belongs to another model. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** Training cannot continue: a loss is not finite, or settings make no sense. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/** A result that is not finite where only finite ones make sense. */
export class NumericError extends Error {
  override readonly name = 'NumericError';
}
