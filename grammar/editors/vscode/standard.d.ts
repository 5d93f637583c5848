/** Put in by the build: the standard library's texts, by path. */
declare module 'attnc:standard' {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}
