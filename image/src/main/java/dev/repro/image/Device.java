package dev.repro.image;

import dev.repro.base.Json;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// One entry of a manifest as it stands in the note (`struct mft_entry` of Solo5's include/mft_abi.h, 104 bytes):
/// name 68, type u32, union u 16, union b 8, attached u8, padding 7.
///
/// @param name up to the first NUL, each byte a character (ISO 8859-1)
/// @param nameEnds whether the last byte of the name's field is 0, as the tender wants it
/// @param nameTail whether bytes of the name after its first NUL are set; no tool writes such
/// @param type unsigned
/// @param u0 first half of union u: the capacity of a block device; the MAC (low 6 bytes) and the MTU (high 2) of a net device
/// @param u1 second half of union u: the block size (low 2 bytes) of a block device
/// @param b union b, private to the tender
/// @param attached the byte, 0 or not
/// @param padding the last 7 bytes, as a number
public record Device(String name, boolean nameEnds, boolean nameTail, long type, long u0, long u1, long b, int attached,
        long padding) {

    public static final int BLOCK_BASIC = 1;
    public static final int NET_BASIC = 2;
    public static final int RESERVED_FIRST = 0x4000_0000;

    /// Bytes of an entry.
    static final int SIZE = 104;
    /// Bytes of the name, its NUL included.
    static final int NAME_SIZE = 68;

    private static final long MAC = 0xffff_ffff_ffffL;

    /// An entry as tools write it: all else zero.
    static Device plain(String name, int type) {
        return new Device(name, true, false, type, 0, 0, 0, 0, 0);
    }

    static Device decode(Cursor in) throws MalformedElf {
        MemorySegment nameBytes = in.take(NAME_SIZE);
        String name = Note.text(nameBytes);
        boolean ends = nameBytes.get(ValueLayout.JAVA_BYTE, NAME_SIZE - 1) == 0;
        boolean tail = nameBytes.asSlice(name.length()).mismatch(MemorySegment.ofArray(new byte[NAME_SIZE - name.length()])) >= 0;
        long type = in.u32();
        long u0 = in.u64();
        long u1 = in.u64();
        long b = in.u64();
        long last = in.u64();
        return new Device(name, ends, tail, type, u0, u1, b, (int) last & 0xff, last >>> 8);
    }

    /// Whether it is no device but an entry of the manifest's own.
    public boolean reserved() {
        return type >= RESERVED_FIRST;
    }

    /// `NET_BASIC`, …, as `solo5-elftool query-manifest` spells it.
    public String typeName() {
        return switch ((int) type) {
            case BLOCK_BASIC -> "BLOCK_BASIC";
            case NET_BASIC -> "NET_BASIC";
            case RESERVED_FIRST -> "RESERVED_FIRST";
            default -> "<undefined type>";
        };
    }

    /// In bytes; 0 where the image presets none, as it should be. Of a block device.
    public long presetCapacity() {
        return u0;
    }

    /// In bytes; 0 where the image presets none, as it should be. Of a block device.
    public int presetBlockSize() {
        return (int) u1 & 0xffff;
    }

    /// The six bytes as a number, the first the lowest; 0 where the image presets none, as it should be. Of a net device.
    public long presetMac() {
        return u0 & MAC;
    }

    /// In bytes; 0 where the image presets none, as it should be. Of a net device.
    public int presetMtu() {
        return (int) (u0 >>> 48);
    }

    /// Whether bytes of union u are set that no field of this type of device uses.
    boolean spareSet() {
        return switch ((int) type) {
            case BLOCK_BASIC -> u1 >>> 16 != 0;
            case NET_BASIC -> u1 != 0;
            default -> u0 != 0 || u1 != 0;
        };
    }

    /// `02:00:00:c0:ff:ee`.
    static String macText(long mac) {
        var out = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            out.append(i == 0 ? "" : ":").append("%02x".formatted(mac >>> 8 * i & 0xff));
        }
        return out.toString();
    }

    Json.Obj toJson() {
        return Json.object("name", name, "type", typeName());
    }
}
