package dev.repro.image;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The content of an MFT1 note (`struct mft` of Solo5's include/mft_abi.h): version u32, number of entries u32, the entries.
///
/// @param entries with the reserved one at the start
public record Manifest(long version, List<Device> entries) {

    /// The version that this code knows.
    public static final int VERSION = 1;
    /// Entries, the reserved one included.
    public static final int MAX_ENTRIES = 64;

    /// Bytes before the entries.
    private static final int HEADER = 8;

    public Manifest {
        entries = List.copyOf(entries);
    }

    /// The entries that are devices: what `solo5-elftool` lists.
    public List<Device> devices() {
        return entries.stream().filter(e -> !e.reserved()).toList();
    }

    /// Decodes `struct mft`, given without the padding before it. As far as it must hold for that, `mft_validate` of Solo5's
    /// tenders/common/mft.c: at most 64 entries, and exactly their size. The rest of it is [#refusal].
    static Manifest decode(MemorySegment mft, long base) throws MalformedElf {
        var in = new Cursor(mft, base, "the manifest");
        long version = in.u32();
        long count = in.u32();
        if (count > MAX_ENTRIES) {
            throw new MalformedElf("the manifest has too many entries", base, "at most " + MAX_ENTRIES, count);
        }
        if (mft.byteSize() != HEADER + count * Device.SIZE) {
            throw new MalformedElf("the manifest's size is not that of its entries", base, HEADER + count * Device.SIZE,
                    mft.byteSize());
        }
        var entries = new ArrayList<Device>();
        for (int i = 0; i < count; i++) {
            entries.add(Device.decode(in));
        }
        return new Manifest(version, entries);
    }

    /// Why a tender would refuse it (`mft_validate`), in the tender's order:
    ///
    /// 1. the version is known; 2. there is an entry; 3. the first is the reserved one, without a name; 4. every name ends in its
    /// field; 5. nothing is attached.
    ///
    /// Off-spec: what `mft_validate` leaves open (unions, padding, names, types) is left open here too, and is [Lint]'s.
    public Optional<String> refusal() {
        if (version != VERSION) {
            return Optional.of("version " + version + " is not known");
        }
        if (entries.isEmpty()) {
            return Optional.of("there is not even the reserved entry");
        }
        if (entries.getFirst().type() != Device.RESERVED_FIRST || !entries.getFirst().name().isEmpty()) {
            return Optional.of("the first entry is not the reserved one, type 0x40000000 without a name");
        }
        for (Device entry : entries) {
            if (!entry.nameEnds()) {
                return Optional.of("a name has no end in its field of " + Device.NAME_SIZE + " bytes");
            }
            if (entry.attached() != 0) {
                return Optional.of("an entry is marked as attached");
            }
        }
        return Optional.empty();
    }

    /// The value that `solo5-elftool query-manifest` prints.
    public Json.Obj toJson() {
        return Json.object("type", "solo5.manifest", "version", version, "devices",
                devices().stream().map(Device::toJson).toList());
    }

    /// The text that `solo5-elftool query-manifest` prints. Deviations: names are escaped as JSON needs it, and a reserved entry
    /// at the end makes no comma before the bracket.
    public String text() {
        var out = new StringBuilder("{\n  \"type\": \"solo5.manifest\",\n  \"version\": " + version + ",\n  \"devices\": [\n");
        List<Device> devices = devices();
        for (int i = 0; i < devices.size(); i++) {
            out.append("    { \"name\": ").append(JsonText.compact(Json.of(devices.get(i).name())))
                    .append(", \"type\": \"").append(devices.get(i).typeName()).append("\" }")
                    .append(i == devices.size() - 1 ? "\n" : ",\n");
        }
        return out.append("  ]\n}\n").toString();
    }
}
