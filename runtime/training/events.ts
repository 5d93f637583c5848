/** What a training run tells, as data; `showTraining` draws it. */
export type TrainingEvent =
  | {
      readonly kind: 'start';
      /** Steps done by the run that goes on here; 0 for a new one. */
      readonly step: number;
      /** Steps planned in all, where a number of steps or epochs was given. */
      readonly steps: number | null;
      /** Seconds planned in all, where minutes were given. */
      readonly seconds: number | null;
      readonly parameterCount: number;
    }
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly epoch: number;
      /** Means over the steps since the last report that was read back. */
      readonly loss: number;
      readonly metrics: Readonly<Record<string, number>>;
      readonly rate: number;
      /** Training time so far, of earlier parts of the run too. */
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

/** `budget`: steps, epochs or minutes are used up; `patience`: validation got no better; `signal`: stopped from outside. */
export type EndReason = 'budget' | 'patience' | 'signal';
