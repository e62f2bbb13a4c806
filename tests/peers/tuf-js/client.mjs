// A TUF client on the command line around tuf-js, with the options of `repro tuf-client`:
//
//     --metadata-dir D --metadata-url U [--target-name P]… [--target-base-url T] [--target-dir X] init ROOT | refresh | download
//
// Exit 0: done. Exit 1: refused or failed, and standard error says why. A target P lands in X under its percent-encoded name.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import tuf from 'tuf-js';

const text = { type: 'string' };
const { values: options, positionals: [verb, root] } = parseArgs({
    allowPositionals: true,
    options: {
        'metadata-dir': text, 'metadata-url': text, 'target-base-url': text, 'target-dir': text,
        'target-name': { ...text, multiple: true, default: [] },
    },
});

async function main() {
    if (verb === 'init') {
        copyFileSync(root, join(options['metadata-dir'], 'root.json'));
        return;
    }
    if (verb !== 'refresh' && verb !== 'download') {
        throw new Error(`expected init ROOT, refresh or download, found ${verb}`);
    }
    const updater = new tuf.Updater({
        metadataDir: options['metadata-dir'], metadataBaseUrl: options['metadata-url'],
        targetDir: options['target-dir'], targetBaseUrl: options['target-base-url'],
    });
    await updater.refresh();
    for (const name of verb === 'download' ? options['target-name'] : []) {
        const info = await updater.getTargetInfo(name);
        if (!info) {
            throw new Error(`${name}: not found`);
        }
        const path = join(options['target-dir'], encodeURIComponent(name));
        await updater.findCachedTarget(info, path) || await updater.downloadTarget(info, path);
    }
}

main().catch(e => {
    console.error(`tuf-js: ${e.name}: ${e.message}`);
    process.exitCode = 1;
});
