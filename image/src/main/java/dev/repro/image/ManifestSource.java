package dev.repro.image;

import dev.repro.base.Fields;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// What an author writes: `manifest.json`, and the two forms in which it goes into a link.
///
/// ```json
/// {"type": "solo5.manifest", "version": 1, "devices": [{"name": "net0", "type": "NET_BASIC"}]}
/// ```
///
/// As strict as `solo5-elftool gen-manifest`: unknown keys are errors, names have 1 to 67 letters and digits, there are at most
/// 63 devices. Stricter: a name may stand once only, and a type must be one that exists.
///
/// @param devices in the order of the file, which is that of the guest's handles; without the reserved entry
public record ManifestSource(List<Device> devices) {

    public ManifestSource {
        devices = List.copyOf(devices);
    }

    /// @param where the file that is blamed, for messages
    public static ManifestSource parse(byte[] json, String where) throws Problem {
        Fields root = Fields.parse(json, where);
        exactly("solo5.manifest", root.string("type"), "type", where);
        exactly(Manifest.VERSION, root.integer("version"), "version", where);
        var devices = new ArrayList<Device>();
        var names = new HashSet<String>();
        for (Fields device : root.objects("devices")) {
            String place = where + " $.devices[" + devices.size() + "]";
            devices.add(device(device, place));
            if (!names.add(devices.getLast().name())) {
                throw Problem.usage("two devices have the same name").where(place).found(devices.getLast().name());
            }
        }
        root.end();
        if (devices.size() > Manifest.MAX_ENTRIES - 1) {
            throw Problem.usage("too many devices").where(where + " $.devices").expected("at most " + (Manifest.MAX_ENTRIES - 1))
                    .found(devices.size());
        }
        return new ManifestSource(devices);
    }

    private static Device device(Fields fields, String where) throws Problem {
        String name = fields.string("name");
        String type = fields.string("type");
        fields.end();
        if (!validName(name)) {
            throw Problem.usage("the name of a device has letters and digits only").where(where)
                    .expected("1 to " + (Device.NAME_SIZE - 1) + " of A-Z, a-z, 0-9").found(LintSegments.quote(name));
        }
        return switch (type) {
            case "BLOCK_BASIC" -> Device.plain(name, Device.BLOCK_BASIC);
            case "NET_BASIC" -> Device.plain(name, Device.NET_BASIC);
            default -> throw Problem.usage("unknown type of device").where(where).expected("BLOCK_BASIC or NET_BASIC")
                    .found(LintSegments.quote(type));
        };
    }

    private static void exactly(Object expected, Object found, String name, String where) throws Problem {
        if (!expected.toString().equals(found.toString())) {
            throw Problem.usage("member `" + name + "` is not that of a Solo5 manifest").where(where)
                    .expected(expected).found(found);
        }
    }

    static boolean validName(String name) {
        return !name.isEmpty() && name.length() < Device.NAME_SIZE
                && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9');
    }

    /// The manifest that the note will hold.
    public Manifest manifest() {
        var entries = new ArrayList<>(List.of(Device.plain("", Device.RESERVED_FIRST)));
        entries.addAll(devices);
        return new Manifest(Manifest.VERSION, entries);
    }

    /// C source of the note, for any C compiler of a machine on which Solo5 runs; it includes nothing.
    public String toC() {
        return ManifestNote.c(manifest());
    }

    /// A relocatable object with the note, to be linked in place of the compiled C source. The same manifest gives the same
    /// bytes.
    ///
    /// @param machine one of [ElfHeader#EM_X86_64], [ElfHeader#EM_AARCH64], [ElfHeader#EM_PPC64]
    public byte[] toObject(int machine) {
        return ManifestNote.object(manifest(), machine);
    }
}
