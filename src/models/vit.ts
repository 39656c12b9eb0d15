import { z } from 'zod';
import { vitKeys } from '../config/models.js';
import { defineModel } from './definition.js';

/** A Vision Transformer. */
export function vit() {
  return defineModel({
    options: z.strictObject(vitKeys),
    create: () => {
      throw new Error('not yet');
    },
  });
}
