/** What the statistics of all layers together are called where each layer has a name. */
export const GLOBAL_LAYER = 'global';
