package dev.repro.tender;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What somebody wants to be launched. Nothing in it is believed; the gate compares it with what is signed.
///
/// @param name of the package; without one the release is looked for by the image's digest
/// @param version without one the newest that is allowed
/// @param image a file of the caller's, else the one is fetched that the release names
/// @param target one of the release's alternatives (`hvt`, `spt`, …), else the policy's order says
/// @param memory of the guest, in bytes; of each image of a set
/// @param devices what is to be attached, in any order
/// @param arguments of the guest
/// @param peer who asks the daemon; empty: who runs this process, who then needs no leave by name
public record Ask(Optional<String> name, Optional<String> version, Optional<Path> image, Optional<String> target, OptionalLong memory,
        List<Device> devices, List<String> arguments, Optional<Peer> peer) {

    public Ask {
        devices = List.copyOf(devices);
        arguments = List.copyOf(arguments);
    }

    /// A device of the guest and what of the host it is attached to.
    public sealed interface Device {

        /// As the manifest has it.
        String name();

        /// The file name of the image that it belongs to, where images of a set have devices of the same name.
        Optional<String> image();

        /// `NET_BASIC` or `BLOCK_BASIC`
        String type();

        /// How it was asked for, for people: `--net:service=tap0`
        String option();
    }

    /// @param tap the host's interface
    public record Net(Optional<String> image, String name, String tap, Optional<Mac> mac) implements Device {
        @Override
        public String type() {
            return "NET_BASIC";
        }

        @Override
        public String option() {
            return "--net:" + image.map(i -> i + "/").orElse("") + name + "=" + tap;
        }
    }

    /// @param file the host's file or block device
    /// @param sectorSize in bytes
    public record Block(Optional<String> image, String name, Path file, OptionalInt sectorSize) implements Device {
        @Override
        public String type() {
            return "BLOCK_BASIC";
        }

        @Override
        public String option() {
            return "--block:" + image.map(i -> i + "/").orElse("") + name + "=" + file;
        }
    }

    /// Who asks over a socket, as the kernel says it (SO_PEERCRED).
    ///
    /// @param groups all groups of the user, names
    /// @param member whether one of them is the socket's own group
    public record Peer(int pid, int uid, int gid, String user, List<String> groups, boolean member) {
        public Peer {
            groups = List.copyOf(groups);
        }
    }
}
