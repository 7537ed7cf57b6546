// SPDX-License-Identifier: GPL-3.0-or-later
import ts from 'typescript';

/** Functions of shared/platform/i18n.ts, and how many of their arguments are messages. */
const functions = {_: 1, ngettext: 2, pgettext: 2};

/**
 * The translatable messages of a TypeScript file, as calls that xgettext reads without having
 * to know TypeScript; each with the translators' comment that stands before it.
 *
 * @param {string} path for error messages
 * @param {string} text
 * @returns {string} JavaScript, empty when there is no message
 * @throws {Error} when a message is not a plain string, which nobody could translate
 */
export function messagesOf(path, text) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    const calls = [];
    const visit = node => {
        if (
            ts.isCallExpression(node) &&
            ts.isIdentifier(node.expression) &&
            Object.hasOwn(functions, node.expression.text)
        ) {
            const name = node.expression.text;
            const messages = node.arguments.slice(0, functions[name]).map(argument => literal(argument));
            if (messages.includes(undefined) || messages.length < functions[name]) {
                const {line} = file.getLineAndCharacterOfPosition(node.getStart());
                throw new Error(
                    `${path}:${line + 1}: ${name}() takes plain strings, or it cannot be translated`,
                );
            }
            const number = name === 'ngettext' ? ', 1' : '';
            calls.push(
                `${comment(text, file, node)}${name}(${messages.map(message => JSON.stringify(message)).join(', ')}${number});`,
            );
        }
        ts.forEachChild(node, visit);
    };
    ts.forEachChild(file, visit);
    return calls.length === 0 ? '' : `${calls.join('\n')}\n`;
}

/** The string that an expression plainly is: a literal, or literals joined by +. */
function literal(node) {
    if (node === undefined) return undefined;
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
        const parts = [literal(node.left), literal(node.right)];
        return parts.includes(undefined) ? undefined : parts.join('');
    }
    return undefined;
}

/** A "Translators:" comment in the line before the call or before its statement, with a line break. */
function comment(text, file, node) {
    const {line} = file.getLineAndCharacterOfPosition(node.getStart());
    const lines = text.split('\n');
    const found = [];
    for (let at = line - 1; at >= 0 && /^\s*\/\//.test(lines[at]); at--) {
        found.unshift(lines[at].trim());
    }
    const start = found.findIndex(entry => /^\/\/\s*Translators:/.test(entry));
    return start < 0 ? '' : `${found.slice(start).join('\n')}\n`;
}
