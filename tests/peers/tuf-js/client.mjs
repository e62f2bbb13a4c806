// A TUF client on the command line around tuf-js, with the options of `repro tuf-client`:
//
//     --metadata-dir D --metadata-url U [--target-name P]… [--target-base-url T] [--target-dir X] init ROOT | refresh | download
//
// Exit 0: done. Exit 1: refused or failed, and standard error says why. A target P lands in X under its percent-encoded name.
import { copyFileSync, mkdirSync } from 'node:fs';
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
    if (verb === 'measure') {
        await measure(Number(root));
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

// For tests/bench: refreshes into an empty folder and then once more, many times in this one process; a line `FIRST AGAIN` in ms for each.
async function measure(rounds) {
    for (let n = 0; n < rounds; n++) {
        const folder = join(options['metadata-dir'], String(n));
        mkdirSync(folder);
        copyFileSync(join(options['metadata-dir'], 'root.json'), join(folder, 'root.json'));
        const took = [];
        for (let i = 0; i < 2; i++) {
            const start = performance.now();
            await new tuf.Updater({ metadataDir: folder, metadataBaseUrl: options['metadata-url'] }).refresh();
            took.push(performance.now() - start);
        }
        console.log(...took);
    }
}

main().catch(e => {
    console.error(`tuf-js: ${e.name}: ${e.message}`);
    process.exitCode = 1;
});
