package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.tender.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What of the host a launch would have for itself, for each device: `tap NAME`, `block DEVICE INODE`. A disk is known by that, whatever it is called.
final class Claims {
    private Claims() {}

    /// @throws Problem exit code 2: a file that is not there, or one thing asked for twice
    static List<String> of(List<Ask.Device> devices) throws Problem {
        var out = new ArrayList<String>();
        for (Ask.Device device : devices) {
            String claim = switch (device) {
                case Ask.Net net -> "tap " + net.tap();
                case Ask.Block block -> "block " + identity(block.file());
            };
            if (out.contains(claim)) {
                throw Problem.usage("attached twice").where(device.option()).expected("a tap or a file of its own for each device");
            }
            out.add(claim);
        }
        return out;
    }

    private static String identity(Path file) throws Problem {
        try {
            return Files.getAttribute(file, "unix:dev") + " " + Files.getAttribute(file, "unix:ino");
        } catch (IOException e) {
            throw Problem.usage("the file of a block device cannot be looked at: " + e.getMessage()).where(file).because(e);
        }
    }
}
