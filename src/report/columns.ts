import type { DataTable } from './document.js';

type Column = DataTable['columns'][number];

/** A column of words. */
export const left = (title: string): Column => ({ title, align: 'left' });

/** A column of numbers. */
export const right = (title: string): Column => ({ title, align: 'right' });
