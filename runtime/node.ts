/** The part of the runtime that needs Node: files. */
export { folderStore, readCheckpointFile, writeFileAtomically } from './checkpoint/file.ts';
export { svgToPng } from './pictures/png.ts';
