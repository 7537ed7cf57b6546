// SPDX-License-Identifier: GPL-3.0-or-later
// Takes out what "npm start" installed for this user: npm run uninstall
import {disableExtension, uninstall} from './lib/desktopInstall.mjs';
import {runTool} from './lib/progress.mjs';
import {readNames} from './names.mjs';

await runTool(async () => {
    await disableExtension();
    const count = await uninstall();
    if (count === 0) {
        process.stdout.write('Handover is not installed for this user.\n');
        return;
    }
    process.stdout.write(`Handover is uninstalled: ${count} files removed.\n`);
    const path = readNames()['SETTINGS_PATH'];
    process.stdout.write(`Your preferences are kept; this removes them too:\n  dconf reset -f ${path}\n`);
});
