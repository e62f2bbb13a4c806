/// Launch units for what starts unikernels on a host, written from the signed contract: nothing in one is typed twice.
package dev.repro.tender.export;
