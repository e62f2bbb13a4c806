package dev.repro.tender;

import dev.repro.base.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Devices as the tenders of Solo5 are told them: `--net:NAME=TAP`, `--net-mac:NAME=MAC`, `--block:NAME=PATH`, `--block-sector-size:NAME=N`. Read
/// strictly: the whole value counts, and an option for a device that is not attached is refused. NAME may be `FILE/NAME` in a set of images.
public final class DeviceOptions {
    private static final String NET = "--net:";
    private static final String MAC = "--net-mac:";
    private static final String BLOCK = "--block:";
    private static final String SECTOR = "--block-sector-size:";

    private final List<String[]> attached = new ArrayList<>();
    private final Map<String, String> macs = new LinkedHashMap<>();
    private final Map<String, String> sectors = new LinkedHashMap<>();

    public DeviceOptions() {}

    /// @return false where it is another option
    /// @throws Problem exit code 2: it is one of these, and not well formed
    public boolean take(String option) throws Problem {
        for (String kind : List.of(NET, MAC, BLOCK, SECTOR)) {
            if (option.startsWith(kind)) {
                int equals = option.indexOf('=');
                String name = equals < 0 ? "" : option.substring(kind.length(), equals);
                String value = equals < 0 ? "" : option.substring(equals + 1);
                if (name.isEmpty() || value.isEmpty()) {
                    throw Problem.usage("not a device and its value").where(option).expected(kind + "NAME=VALUE");
                }
                add(kind, name, value, option);
                return true;
            }
        }
        return false;
    }

    private void add(String kind, String name, String value, String option) throws Problem {
        if (kind.equals(NET) || kind.equals(BLOCK)) {
            attached.add(new String[] {kind, name, value, option});
        } else if ((kind.equals(MAC) ? macs : sectors).putIfAbsent(name, value) != null) {
            throw Problem.usage("the same is said twice").where(option);
        }
    }

    /// In the order in which they were attached.
    ///
    /// @param directory what paths are relative to
    public List<Ask.Device> devices(Path directory) throws Problem {
        var out = new ArrayList<Ask.Device>();
        for (String[] one : attached) {
            int slash = one[1].lastIndexOf('/');
            Optional<String> image = slash < 0 ? Optional.empty() : Optional.of(one[1].substring(0, slash));
            String name = one[1].substring(slash + 1);
            out.add(one[0].equals(NET) ? new Ask.Net(image, name, one[2], mac(macs.remove(one[1])))
                    : new Ask.Block(image, name, path(directory, one[2], one[3]), sector(sectors.remove(one[1]))));
        }
        requireNone(macs, MAC, NET);
        requireNone(sectors, SECTOR, BLOCK);
        return out;
    }

    private static void requireNone(Map<String, String> left, String kind, String needed) throws Problem {
        if (!left.isEmpty()) {
            String name = left.keySet().iterator().next();
            throw Problem.usage("a value is given for a device that is not attached").where(kind + name + "=" + left.get(name)).expected(needed + name + "=…");
        }
    }

    private static Path path(Path directory, String text, String option) throws Problem {
        try {
            return directory.resolve(text);
        } catch (InvalidPathException e) {
            throw Problem.usage("not a path").where(option).because(e);
        }
    }

    private static Optional<Mac> mac(String text) throws Problem {
        try {
            return text == null ? Optional.empty() : Optional.of(new Mac(text.toLowerCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw Problem.usage("not the MAC address of one machine").where(MAC).expected("six bytes in hexadecimal, as in 02:00:00:c0:ff:ee").found(text).because(e);
        }
    }

    private static OptionalInt sector(String text) throws Problem {
        if (text == null) {
            return OptionalInt.empty();
        }
        return OptionalInt.of((int) number(text, 9, SECTOR));
    }

    /// A memory size in MiB, digits alone, as bytes.
    public static long memory(String text) throws Problem {
        return number(text, 7, "--mem") << 20;
    }

    private static long number(String text, int digits, String where) throws Problem {
        if (!text.matches("[1-9][0-9]{0," + (digits - 1) + "}")) {
            throw Problem.usage("not a number").where(where).expected("digits alone").found(text);
        }
        return Long.parseLong(text);
    }
}
