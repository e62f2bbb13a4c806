/// What starts a guest that the gate has permitted: one class for each tender.
package dev.repro.tender.backend;
