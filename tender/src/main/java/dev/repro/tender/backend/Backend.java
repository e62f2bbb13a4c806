package dev.repro.tender.backend;

import dev.repro.base.Problem;
import dev.repro.tender.Permit;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// How one kind of tender is asked to run an image that the gate has permitted.
public interface Backend {

    /// The tender's arguments, its own name first. An array: nothing in it is ever joined, split or seen by a shell.
    ///
    /// The image is [dev.repro.tender.os.Sealed#path] of the permit's, `/proc/self/fd/N`. The tender itself is executed from sealed memory, too
    /// ([dev.repro.tender.os.Exec#become]), so what it would look for beside its own file must be named here.
    ///
    /// @throws Problem exit 2: something cannot be said to this tender without being misread by it
    List<String> argv(Permit permit) throws Problem;

    /// The one for a permit: the built-in tender where the policy names that; else by target.
    ///
    /// @param known where is kept what a QEMU can use; without it that is tried once in each process
    /// @throws Problem exit 3: images of that target are verified here, and launched by others
    static Backend of(Permit permit, Optional<Path> known) throws Problem {
        if (permit.tender().builtin()) {
            return BuiltIn.ofThisProcess();
        }
        if (permit.tender().handOver()) {
            throw Problem.environment("images of this target are handed over, not launched").where(permit.image().file())
                    .found(permit.image().target()).hint("repro launch --hand-over FOLDER");
        }
        String target = permit.image().target();
        return switch (target) {
            case "hvt", "spt" -> new Solo5(target);
            case "virtio", "multiboot1", "unikraft" -> new Qemu(new Accelerator(known));
            default -> throw Problem.environment("images of this target are not launched by repro").where(permit.image().file())
                    .found(target).hint("`path = \"hand-over\"` in the policy, and repro launch --hand-over FOLDER");
        };
    }

    static Backend of(Permit permit) throws Problem {
        return of(permit, Optional.empty());
    }
}
