/** The events of a training run, as data; `showTraining` displays them. */
export type TrainingEvent =
  | {
      readonly kind: 'start';
      /** Steps done before this run was resumed; 0 for a new one. */
      readonly step: number;
      /** Steps planned in total, if a number of steps or epochs was given. */
      readonly steps: number | null;
      /** Seconds planned in total, if minutes were given. */
      readonly seconds: number | null;
      readonly parameterCount: number;
    }
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly epoch: number;
      /** Means over the steps since the last report, as far as they have been read back. */
      readonly loss: number;
      readonly metrics: Readonly<Record<string, number>>;
      readonly rate: number;
      /** Training time so far, including that before the run was resumed. */
      readonly seconds: number;
      readonly stepsPerSecond: number;
      readonly examplesPerSecond: number;
    }
  | {
      readonly kind: 'validation';
      readonly step: number;
      readonly loss: number;
      readonly metrics: Readonly<Record<string, number>>;
      /** Whether it is the best so far. */
      readonly best: boolean;
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly name: 'last' | 'best' }
  | { readonly kind: 'end'; readonly step: number; readonly reason: EndReason; readonly seconds: number };

/** `budget`: steps, epochs or minutes are used up; `patience`: validation stopped improving; `signal`: stopped from outside. */
export type EndReason = 'budget' | 'patience' | 'signal';
