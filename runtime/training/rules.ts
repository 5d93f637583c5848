/** The methods, in whatever arithmetic: on tensors, or as nodes of a graph. */
import type { OptimizerSettings } from '../definition.ts';

export type OptimizerKind = OptimizerSettings['kind'];

/** Elementwise, on vectors and numbers of the host. */
export interface Arithmetic<T> {
  add(a: T, b: T | number): T;
  sub(a: T, b: T | number): T;
  mul(a: T, b: T | number): T;
  div(a: T, b: T | number): T;
  sqrt(a: T): T;
  square(a: T): T;
  /** Gives up what is computed on the way. */
  apart(compute: () => T): T;
}

/** What an update can read and write besides the gradient. */
export interface Update<T> {
  readonly m: Arithmetic<T>;
  readonly parameters: T;
  readonly gradient: T;
  readonly rate: number;
  /** Counts from 1. */
  readonly step: number;
  option(name: string): number;
  /** A running value of the optimiser, as it is before this step. */
  slot(name: string, initial?: number): T;
  set(name: string, value: T): T;
}

export interface Rule {
  readonly options: Readonly<Record<string, number>>;
  /** The method's own rate, if its paper has one that needs no choosing. */
  readonly rate?: number;
  /** The new parameters. */
  apply<T>(update: Update<T>): T;
}

/** `a * previous + b * value`. */
function blend<T>(m: Arithmetic<T>, a: number, previous: T, b: number, value: T): T {
  return m.apart(() => m.add(m.mul(previous, a), m.mul(value, b)));
}

export const RULES: Readonly<Record<OptimizerKind, Rule>> = {
  /** Kingma & Ba 2015, algorithm 1; `weightDecay` as in Loshchilov & Hutter 2019, algorithm 2. */
  adam: {
    options: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    apply({ m, parameters, gradient, rate, step, option, slot, set }) {
      const [beta1, beta2, decay] = [option('beta1'), option('beta2'), option('weightDecay')];
      const mean = set('mean', blend(m, beta1, slot('mean'), 1 - beta1, gradient));
      const square = set(
        'square',
        m.apart(() => blend(m, beta2, slot('square'), 1 - beta2, m.square(gradient))),
      );
      const deviation = m.apart(() => m.add(m.mul(m.sqrt(square), 1 / Math.sqrt(1 - beta2 ** step)), option('epsilon')));
      const decayed = decay === 0 ? parameters : m.mul(parameters, 1 - rate * decay);
      return m.sub(decayed, m.div(m.mul(mean, rate / (1 - beta1 ** step)), deviation));
    },
  },
  /** With momentum as in Sutskever et al. 2013, the velocity without the rate. */
  sgd: {
    options: { momentum: 0, nesterov: 0 },
    apply({ m, parameters, gradient, rate, option, slot, set }) {
      const momentum = option('momentum');
      if (momentum === 0) return m.sub(parameters, m.mul(gradient, rate));
      const velocity = set('velocity', m.add(m.mul(slot('velocity'), momentum), gradient));
      const direction = option('nesterov') === 0 ? velocity : m.add(gradient, m.mul(velocity, momentum));
      return m.sub(parameters, m.mul(direction, rate));
    },
  },
  /** Duchi, Hazan & Singer 2011, the diagonal form; `initial` is the initial value of the sums. */
  adagrad: {
    options: { initial: 0, epsilon: 1e-10 },
    apply({ m, parameters, gradient, rate, option, slot, set }) {
      const square = set('square', m.add(slot('square', option('initial')), m.square(gradient)));
      return m.sub(parameters, m.div(m.mul(gradient, rate), m.add(m.sqrt(square), option('epsilon'))));
    },
  },
  /** Tieleman & Hinton 2012; `centred` subtracts the squared mean, as in Graves 2013, eq. (38)-(45). */
  rmsprop: {
    options: { decay: 0.9, momentum: 0, epsilon: 1e-8, centred: 0 },
    apply({ m, parameters, gradient, rate, option, slot, set }) {
      const [decay, momentum] = [option('decay'), option('momentum')];
      const square = set('square', blend(m, decay, slot('square'), 1 - decay, m.square(gradient)));
      const variance = () => m.sub(square, m.square(set('mean', blend(m, decay, slot('mean'), 1 - decay, gradient))));
      const spread = m.sqrt(m.add(option('centred') === 0 ? square : variance(), option('epsilon')));
      const change = m.div(m.mul(gradient, rate), spread);
      if (momentum === 0) return m.sub(parameters, change);
      return m.sub(parameters, set('velocity', m.add(m.mul(slot('velocity'), momentum), change)));
    },
  },
  /** Zeiler 2012, algorithm 1; the paper's rate is 1. */
  adadelta: {
    options: { rho: 0.95, epsilon: 1e-6 },
    rate: 1,
    apply({ m, parameters, gradient, rate, option, slot, set }) {
      const [rho, epsilon] = [option('rho'), option('epsilon')];
      const square = set('square', blend(m, rho, slot('square'), 1 - rho, m.square(gradient)));
      const past = slot('change');
      const change = m.mul(m.div(m.sqrt(m.add(past, epsilon)), m.sqrt(m.add(square, epsilon))), gradient);
      set('change', blend(m, rho, past, 1 - rho, m.square(change)));
      return m.sub(parameters, m.mul(change, rate));
    },
  },
};
