import { datasetLabel, folderSource, type RunConfig } from '../config/index.js';
import { loadDataset } from '../data/cifar.js';
import type { Dataset } from '../data/dataset.js';
import { loadFolder, openFolder } from '../data/folder/load.js';
import type { ImageTask } from '../support/images.js';
import { toldBy } from '../support/stream.js';
import { dataRootOf, provideData, type DataEvent, type DataOptions } from './data.js';

/** As few images are read before anybody could ask how far it is. */
const FEW_IMAGES = 1000;

/**
 * Provides and reads the data set of a configuration, and tells how far that is.
 *
 * @param options.look - Called with what is known of a folder before its images are read: it throws where that is no use.
 * @throws UserError `data`, `config`, what `look` throws; what `signal` was aborted with
 */
export async function* readDataset(
  config: Pick<RunConfig, 'dataset'>,
  {
    look,
    ...options
  }: DataOptions & { readonly signal: AbortSignal; readonly look: (task: ImageTask) => unknown },
): AsyncGenerator<DataEvent, Dataset> {
  const { name, ...samples } = config.dataset;
  yield* provideData([config], options);
  if (name !== undefined) return await loadDataset({ ...samples, name, directory: dataRootOf(options) });
  const source = folderSource(config.dataset);
  if (source === undefined) throw new Error('a data set has a name or a folder');
  const contents = await openFolder(source);
  look(contents);
  const dataset = datasetLabel(config.dataset);
  return yield* toldBy<DataEvent, Dataset>(
    (tell, signal) =>
      loadFolder(source, contents, samples, {
        signal,
        onRead(done, total) {
          if (total > FEW_IMAGES) tell({ type: 'data-progress', dataset, phase: 'read', done, total });
        },
      }),
    { signal: options.signal },
  );
}
