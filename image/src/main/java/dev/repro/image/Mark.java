package dev.repro.image;

import dev.repro.base.Json;
import java.util.List;

/// One thing about a file that tells what boots it. An image can carry several: Solo5's virtio images are multiboot images too.
public sealed interface Mark {

    /// A stable word: `solo5-hvt`, `unikraft`, …
    String kind();

    /// One line for people.
    String summary();

    Json.Obj toJson();

    /// Notes of Solo5, as a tender reads them.
    record Solo5(Reading<AbiNote> abi, Reading<Manifest> manifest) implements Mark {
        @Override
        public String kind() {
            return abi instanceof Reading.Found(AbiNote note, _, _, _) ? "solo5-" + note.targetName() : "solo5";
        }

        @Override
        public String summary() {
            String target = "Solo5" + (abi instanceof Reading.Found(AbiNote note, _, _, _) ? " " + note.targetName() + ", ABI " + note.version() : "");
            return target + ", " + switch (manifest) {
                case Reading.Found<Manifest>(Manifest m, _, _, _) -> devices(m);
                case Reading.Absent<Manifest> _ -> "no manifest";
                case Reading.Refused<Manifest>(String reason) -> "manifest refused: " + reason;
            };
        }

        private static String devices(Manifest manifest) {
            return manifest.devices().isEmpty() ? "no devices"
                    : "devices " + String.join(", ", manifest.devices().stream().map(d -> d.name() + " (" + d.typeName() + ")").toList());
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", kind(), "abi", abi instanceof Reading.Found(AbiNote note, _, _, _) ? note.toJson() : null,
                    "manifest", manifest instanceof Reading.Found(Manifest m, _, _, _) ? m.toJson() : null);
        }
    }

    /// What any multiboot 1 loader boots: QEMU, GRUB.
    record Multiboot1(Multiboot header) implements Mark {
        @Override
        public String kind() {
            return "multiboot1";
        }

        @Override
        public String summary() {
            return header.addresses() ? "multiboot 1 by addresses, load 0x%x to 0x%x, entry 0x%x"
                    .formatted(header.load(), header.loadEnd(), header.entry()) : "multiboot 1 by ELF headers";
        }

        @Override
        public Json.Obj toJson() {
            Json.Obj out = Json.object("kind", kind(), "offset", header.offset(), "flags", header.flags());
            return !header.addresses() ? out : out.with("load", header.load()).with("load_end", header.loadEnd())
                    .with("bss_end", header.bssEnd()).with("entry", header.entry());
        }
    }

    /// A guest that Xen boots in PVH mode: a note of owner `Xen`, type 0x12, the 32-bit entry. Source: Xen's public/elfnote.h.
    record XenPvh(long entry) implements Mark {
        static final String OWNER = "Xen";
        static final int PHYS32_ENTRY = 0x12;

        @Override
        public String kind() {
            return "xen-pvh";
        }

        @Override
        public String summary() {
            return "Xen PVH, entry 0x%x".formatted(entry);
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", kind(), "entry", entry);
        }
    }

    /// A Hermit kernel: a note of owner `HERMIT`, type 0x5a00, one byte: the version of the entry protocol, which uhyve asks for.
    ///
    /// @param kernelVersion of the note `GNU`, type 1, where it says "Hermit" (OS 6); empty without one
    record Hermit(int entryVersion, String kernelVersion) implements Mark {
        static final String OWNER = "HERMIT";
        static final int ENTRY_VERSION = 0x5a00;
        static final int ABI_TAG_OS = 6;

        @Override
        public String kind() {
            return "hermit";
        }

        @Override
        public String summary() {
            return "Hermit" + (kernelVersion.isEmpty() ? "" : " " + kernelVersion) + ", entry version " + entryVersion;
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", kind(), "entry_version", entryVersion, "kernel_version",
                    kernelVersion.isEmpty() ? null : kernelVersion);
        }
    }

    /// A Unikraft image that says what it is made of.
    record Unikraft(List<LibInfo> libraries) implements Mark {
        @Override
        public String kind() {
            return "unikraft";
        }

        /// The first value that the image gives for a kind of record; empty where it gives none.
        public String value(String name) {
            return libraries.stream().flatMap(l -> l.entries().stream()).filter(e -> e.name().equals(name))
                    .map(LibInfo.Entry::text).findFirst().orElse("");
        }

        @Override
        public String summary() {
            String version = value("ukfullversion") + value("ukversion");
            long named = libraries.stream().filter(l -> !l.name().isEmpty()).count();
            return "Unikraft" + (version.isEmpty() ? "" : " " + version) + ", libraries: " + named;
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", kind(), "libraries", libraries.stream().map(LibInfo::toJson).toList());
        }
    }

    /// A mark that is there, but broken.
    record Broken(String kind, String reason) implements Mark {
        @Override
        public String summary() {
            return kind + ", broken: " + reason;
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", kind, "broken", reason);
        }
    }

    /// No mark at all: what it is, and what boots it, must be told from outside.
    record Opaque(String reason) implements Mark {
        @Override
        public String kind() {
            return "opaque";
        }

        @Override
        public String summary() {
            return "opaque: " + reason;
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", kind(), "reason", reason);
        }
    }
}
