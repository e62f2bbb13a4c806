package dev.repro.image;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The manifest: every byte of it that a tool would have written otherwise.
final class LintManifest {
    private final Lint lint;

    LintManifest(Lint lint) {
        this.lint = lint;
    }

    /// @param note the note that the tender takes, whether or not its content holds
    void check(Reading<Manifest> reading, Optional<Note> note) {
        if (reading instanceof Reading.Absent<Manifest>) {
            lint.add(Rule.MANIFEST_MISSING, "segments", "no PT_NOTE begins with an MFT1 note of Solo5");
        } else if (reading instanceof Reading.Refused<Manifest>(String reason)) {
            refused(reason, note);
        } else if (reading instanceof Reading.Found<Manifest>(Manifest manifest, _, _, var descriptor)) {
            padding(descriptor);
            entries(manifest);
        }
    }

    private void refused(String reason, Optional<Note> note) {
        if (note.isPresent() && entryCount(note.get()) > Manifest.MAX_ENTRIES) {
            lint.add(Rule.MANIFEST_TOO_MANY_DEVICES, "manifest", entryCount(note.get()) - 1 + " devices, at most "
                    + (Manifest.MAX_ENTRIES - 1));
            return;
        }
        Optional<Manifest> manifest = note.flatMap(LintManifest::decode);
        boolean attached = manifest.isPresent() && manifest.get().entries().stream().anyMatch(e -> e.attached() != 0);
        if (!attached) {
            lint.add(Rule.MANIFEST_INVALID, "manifest", reason);
        }
        manifest.ifPresent(this::entries);
    }

    /// The number of entries that the note gives; 0 where it ends before that.
    private static long entryCount(Note note) {
        try {
            var in = new Cursor(note.descriptor(), note.offset(), "the manifest");
            in.skip(Solo5.MFT_PAD + 4);
            return in.u32();
        } catch (MalformedElf e) {
            return 0;
        }
    }

    /// The manifest as far as it can be decoded: why it cannot is the reason that the reading gave already.
    private static Optional<Manifest> decode(Note note) {
        try {
            return note.descriptor().byteSize() <= Solo5.MFT_PAD ? Optional.empty()
                    : Optional.of(Manifest.decode(note.descriptor().asSlice(Solo5.MFT_PAD), note.offset()));
        } catch (MalformedElf e) {
            return Optional.empty();
        }
    }

    private void padding(MemorySegment descriptor) {
        if (descriptor.asSlice(0, Solo5.MFT_PAD).mismatch(MemorySegment.ofArray(new byte[Solo5.MFT_PAD])) >= 0) {
            lint.add(Rule.MANIFEST_PADDING, "manifest", "the bytes before the manifest are not zero");
        }
    }

    private void entries(Manifest manifest) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < manifest.entries().size(); i++) {
            Device device = manifest.entries().get(i);
            String where = i == 0 ? "the reserved entry" : "device " + i + " " + LintSegments.quote(device.name());
            spare(device, where);
            if (i > 0) {
                named(device, where, names);
                preset(device, where);
            }
        }
    }

    private void spare(Device device, String where) {
        if (device.attached() != 0) {
            lint.add(Rule.DEVICE_ATTACHED, where, "attached is " + device.attached() + ", not 0");
        }
        if (device.b() != 0) {
            lint.add(Rule.DEVICE_PRIVATE, where, "the tender's private field is " + LintSegments.hex(device.b()) + ", not 0");
        }
        if (device.nameTail()) {
            lint.add(Rule.MANIFEST_PADDING, where, "bytes after the end of the name are not zero");
        }
        if (device.padding() != 0) {
            lint.add(Rule.MANIFEST_PADDING, where, "the last 7 bytes are not zero");
        }
        if (device.spareSet()) {
            lint.add(Rule.MANIFEST_PADDING, where, "bytes of the properties that mean nothing are not zero");
        }
    }

    private void named(Device device, String where, Set<String> names) {
        if (device.reserved()) {
            lint.add(Rule.DEVICE_RESERVED, where, "an entry of the reserved type " + LintSegments.hex(device.type()));
            return;
        }
        if (device.type() != Device.BLOCK_BASIC && device.type() != Device.NET_BASIC) {
            lint.add(Rule.DEVICE_TYPE_UNKNOWN, where, "type " + device.type() + " is neither BLOCK_BASIC (1) nor NET_BASIC (2)");
        }
        if (!ManifestSource.validName(device.name())) {
            lint.add(Rule.DEVICE_NAME, where, "the name is not of 1 to 67 letters and digits");
        }
        if (!names.add(device.name())) {
            lint.add(Rule.DEVICE_NAME_DUPLICATE, where, "a device before it has the same name");
        }
    }

    private void preset(Device device, String where) {
        if (device.type() == Device.BLOCK_BASIC) {
            preset(Rule.PRESET_CAPACITY, where, device.presetCapacity(),
                    Long.toUnsignedString(device.presetCapacity()) + " bytes");
            preset(Rule.PRESET_BLOCK_SIZE, where, device.presetBlockSize(), device.presetBlockSize() + " bytes");
        } else if (device.type() == Device.NET_BASIC) {
            preset(Rule.PRESET_MAC, where, device.presetMac(), Device.macText(device.presetMac()));
            preset(Rule.PRESET_MTU, where, device.presetMtu(), device.presetMtu() + " bytes");
        }
    }

    private void preset(Rule rule, String where, long value, String text) {
        if (value != 0) {
            lint.add(rule, where, "is preset to " + text);
        }
    }
}
