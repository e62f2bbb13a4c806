/// The gate in front of the tenders: policy, trusted state, the checks in their order, receipts.
///
/// It trusts the kernel, the JDK, the policy file and the first root that this names; all else is held to these.
package dev.repro.tender;
