// SPDX-License-Identifier: GPL-3.0-or-later
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import ts from 'typescript';
import {checkout} from '../names.mjs';

/** The module that the build bundles from npm instead of compiling it. */
export const vendored = 'shared/vendor/fastXmlParser.js';
/** The module that the build writes: in which steps the others are loaded. */
export const loadSteps = 'extension/loadSteps.js';

const {config, error} = ts.readConfigFile(join(checkout, 'tsconfig.base.json'), ts.sys.readFile);
if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
const {options} = ts.convertCompilerOptionsFromJson(config.compilerOptions, checkout);

/**
 * One TypeScript file as the JavaScript that stays readable: comments kept, nothing merged.
 * Types are not looked at here (`npm run typecheck` does); every import that is not
 * `import type` stays, which is what `verbatimModuleSyntax` and `isolatedModules` promise.
 *
 * @param {string} path from the top of the checkout
 * @returns {{code: string, imports: string[]}} the module and what it imports
 */
export function compileModule(path) {
    const source = readFileSync(join(checkout, path), 'utf8');
    const {outputText} = ts.transpileModule(source, {
        fileName: path,
        compilerOptions: {...options, module: ts.ModuleKind.ESNext, noEmit: false},
    });
    return {code: outputText, imports: importsOf(outputText)};
}

/**
 * @param {string} code a JavaScript module
 * @returns {string[]} every module that it imports, statically, dynamically or by re-export
 */
export function importsOf(code) {
    return ts.preProcessFile(code, true, true).importedFiles.map(file => file.fileName);
}

/**
 * @param {string} code a JavaScript module
 * @param {RegExp} from matches the module in question
 * @returns {string[]} the names that the code imports from it
 */
function namesImported(code, from) {
    const file = ts.createSourceFile('module.js', code, ts.ScriptTarget.ES2022);
    return file.statements
        .filter(ts.isImportDeclaration)
        .filter(statement => from.test(statement.moduleSpecifier.text))
        .flatMap(statement => statement.importClause?.namedBindings?.elements ?? [])
        .map(element => (element.propertyName ?? element.name).text);
}

/**
 * Compiles a module and all of ours that it reaches.
 *
 * @param {string[]} entries `.ts` paths from the top of the checkout
 * @param {Readonly<Record<string, string>>} [replaced] output paths with the sources that take the place of their own
 * @returns {Map<string, {source: string, code: string, imports: string[]}>} by output path; the
 *   vendored module, when reached, has no source, and as its code what the bundler is to start at; the
 *   load steps have neither
 */
export function compileReachable(entries, replaced = {}) {
    const modules = new Map();
    const queue = entries.map(entry => entry.replace(/\.ts$/, '.js'));
    for (const path of queue) {
        if (modules.has(path)) continue;
        if (path === vendored || path === loadSteps) {
            modules.set(path, {source: '', code: '', imports: []});
            continue;
        }
        const source = replaced[path] ?? path.replace(/\.js$/, '.ts');
        if (!existsSync(join(checkout, source)))
            throw new Error(`${path} is imported, but there is no ${source}`);
        const module = {source, ...compileModule(source)};
        modules.set(path, module);
        const ours = module.imports.filter(name => name.startsWith('.'));
        queue.push(...ours.map(name => relative(checkout, join(checkout, dirname(path), name))));
    }
    if (modules.has(vendored)) {
        const used = [...modules.values()].flatMap(({code}) =>
            namesImported(code, /\/vendor\/fastXmlParser\.js$/),
        );
        const names = [...new Set(used)].sort();
        modules.get(vendored).code = `export {${names.join(', ')}} from 'fast-xml-parser';\n`;
    }
    return modules;
}

/**
 * In which order a module and all that it imports statically can be loaded, little by little.
 *
 * @param {Map<string, {code: string}>} modules by output path, as {@link compileReachable} gives them
 * @param {string} entry output path of the module that is wanted
 * @param {number} most characters of code that one step may bring, unless a single module has more
 * @param {Set<string>} [loaded] output paths that are there already; what the steps load is added
 * @returns {string[]} output paths: to import each of them, one after the other, loads everything
 */
export function stepsTo(modules, entry, most, loaded = new Set()) {
    const steps = [];
    /** By output path: what would be loaded with it, until it is part of a step. */
    const pending = new Map();
    const weightOf = paths => [...paths].reduce((sum, path) => sum + modules.get(path).code.length, 0);
    const visited = new Set();
    const visit = path => {
        if (visited.has(path) || loaded.has(path)) return;
        visited.add(path);
        const imports = staticImportsOf(modules.get(path).code)
            .filter(name => name.startsWith('.'))
            .map(name => relative(checkout, join(checkout, dirname(path), name)));
        for (const one of imports) visit(one);
        const waiting = () => imports.filter(one => !loaded.has(one) && pending.has(one));
        const together = () => new Set([path, ...waiting().flatMap(one => [...pending.get(one)])]);
        for (const one of waiting()) {
            if (weightOf(together()) <= most) break;
            load(one);
        }
        pending.set(path, together());
    };
    const load = path => {
        if (loaded.has(path)) return;
        steps.push(path);
        for (const one of pending.get(path)) loaded.add(one);
        for (const others of pending.values()) for (const one of loaded) others.delete(one);
    };
    visit(entry);
    load(entry);
    return steps;
}

/**
 * @param {string} code a JavaScript module
 * @returns {string[]} every module that is loaded together with it
 */
function staticImportsOf(code) {
    const file = ts.createSourceFile('module.js', code, ts.ScriptTarget.ES2022);
    return file.statements
        .filter(one => ts.isImportDeclaration(one) || ts.isExportDeclaration(one))
        .flatMap(({moduleSpecifier}) => (moduleSpecifier ? [moduleSpecifier.text] : []));
}
