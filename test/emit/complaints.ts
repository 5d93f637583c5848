import { Project, ts } from 'ts-morph';

/** What TypeScript says of modules under every flag of strictness. */
export function complaints(modules: Readonly<Record<string, string>>): string[] {
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      noImplicitReturns: true,
      noImplicitOverride: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      baseUrl: '.',
      ignoreDeprecations: '6.0',
      paths: { 'attnc/runtime': ['./test/emit/virtual-runtime.ts'] },
    },
  });
  project.createSourceFile(
    'test/emit/virtual-runtime.ts',
    "export * from '../../runtime/index.ts';\nexport * from '../../runtime/ops.ts';\n",
    { overwrite: true },
  );
  const files = Object.entries(modules).map(([name, module]) =>
    project.createSourceFile(`test/emit/virtual-${name}.ts`, module, { overwrite: true }),
  );
  return files.flatMap((file) =>
    file
      .getPreEmitDiagnostics()
      .map(
        (each) => `${file.getBaseName()}:${each.getLineNumber()} ${ts.flattenDiagnosticMessageText(each.compilerObject.messageText, ' ')}`,
      ),
  );
}
