// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the test guest, a small Linux that boots in seconds: node tools/guest.mjs
import {ensureGuest} from './lib/guest.mjs';
import {runTool} from './lib/progress.mjs';

await runTool(async () => {
    await ensureGuest();
    process.stdout.write('build/guest/vmlinuz\nbuild/guest/initramfs\n');
});
