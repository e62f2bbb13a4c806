/// A tender of its own for Solo5's target hvt: a virtual machine on /dev/kvm whose only devices are eight hypercalls.
///
/// It is given the very bytes that were verified, so nothing lies between check and use. What it reads from the image it reads with the module
/// `image`; what it believes of the guest is nothing: each address, length, handle and port is checked, and a guest that breaks the rules
/// is ended with one line. What is of the machine alone ([MemoryMap], [PageTables], [BootInfo], [Registers], [Loader]) is pure and needs no KVM.
///
/// ```
/// int status = Hvt.run(new HvtGuest("hello.hvt", sealed.bytes(), 2 << 20, "exit=7", List.of(), console, InstantSource.system(), random));
/// ```
///
/// Trusted: the kernel's KVM, this JVM, and whoever chose devices and memory. Not here: a filter of system calls (solo5-hvt has one), more than
/// one CPU, interrupts, and Solo5's ring for network packets, which a guest does without when it is not offered.
package dev.repro.tender.hvt;
