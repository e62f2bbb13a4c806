package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.tuf.Metadata;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.RotateFile;
import dev.repro.tuf.Signed;
import java.util.Optional;

/// The roles of a repository, as they are or as they would be.
interface View {

    Optional<Metadata<Signed.Root>> root();

    /// Whether there is a targets role of that name.
    boolean lists(RoleName role);

    /// A rotation of a delegated role's keys.
    Optional<Metadata<Signed.Rotate>> rotation(RotateFile file) throws Problem;

    /// A targets role, top-level or delegated.
    Optional<Metadata<Signed.Targets>> targets(RoleName role) throws Problem;
}
