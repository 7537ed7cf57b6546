// SPDX-License-Identifier: GPL-3.0-or-later
import {runProgram} from '../../../harness/program.js';

/*
 * libxml2, which libvirt reads XML with, as the judge of what a document means.
 */

/**
 * A document in canonical form with comments (Canonical XML 1.0), by libxml2.
 * @throws {Error} when libxml2 does not take it
 */
export async function canonical(xml: string): Promise<string> {
    const {code, out, err} = await runProgram(['xmllint', '--nonet', '--c14n', '-'], {input: xml});
    if (code !== 0) throw new Error(`xmllint --c14n ended with ${code}: ${err}\n${xml.slice(0, 2000)}`);
    return out;
}

/** Whether libxml2 finds a document well formed. */
export async function isWellFormed(xml: string): Promise<boolean> {
    // Its messages quote the document and may cut a character in two.
    const {code} = await runProgram(['sh', '-c', 'exec xmllint --nonet --noout - 2>&-'], {input: xml});
    return code === 0;
}
