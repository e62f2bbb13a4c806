/// What of Linux the gate needs and the JDK does not offer: system calls, sealed memory, exec. Linux on x86-64 only.
package dev.repro.tender.os;
