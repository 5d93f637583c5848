/** Pictures of what a model looks at, as SVG that needs no font and as PNG. */

export { alignmentGridSvg, alignmentSvg, type AlignmentPicture } from './alignment.ts';
export { attendedSvg, type AttendedPicture } from './attended.ts';
export { headsSvg, type HeadsPicture } from './heads.ts';
export { pngUri, type PixelImage } from './image.ts';
export { panelsSvg, type Panel, type PanelsPicture } from './panels.ts';
export { svgToPng } from './png.ts';
