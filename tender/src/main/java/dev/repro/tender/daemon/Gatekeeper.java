package dev.repro.tender.daemon;

import dev.repro.base.Problem;
import dev.repro.base.Refused;
import dev.repro.tender.Ask;
import dev.repro.tender.Granted;
import java.util.List;

/// The gate, and what it writes down.
interface Gatekeeper {
    /// All checks; nothing is started. A refusal has its receipt.
    Granted permit(Ask ask) throws Refused, Problem;

    /// When nothing but the start is left to be done.
    ///
    /// @param argv of each tender
    /// @return the receipt's name
    /// @throws Problem exit code 4: it could not be kept, so nothing may start
    String launched(Granted granted, List<List<String>> argv) throws Problem;
}
