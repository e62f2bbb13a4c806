package dev.repro.tender;

import dev.repro.release.Release;
import dev.repro.release.ReleaseImage;
import dev.repro.tender.os.Sealed;
import java.util.List;
import java.util.Optional;

/// That one image may be launched, and all that is needed to do it. Only the gate makes one, after every check.
///
/// @param image what is signed of it, with the author's limits (read-only blocks)
/// @param sealed the bytes that were verified and are to be run
/// @param devices in the order of the manifest, each of the manifest's and no other
/// @param memory of the guest, in bytes; a whole number of MiB
/// @param arguments of the guest
/// @param tender the allowed one
/// @param program the tender's own bytes, hashed and held to the policy; empty with the built-in tender
public record Permit(Release release, ReleaseImage image, Sealed sealed, List<Ask.Device> devices, long memory, List<String> arguments,
        AllowedTender tender, Optional<Sealed> program) {

    public Permit {
        devices = List.copyOf(devices);
        arguments = List.copyOf(arguments);
    }
}
