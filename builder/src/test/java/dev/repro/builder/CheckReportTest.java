package dev.repro.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CheckReportTest {

    @Test
    void severalOutputsAreCountedBestFirst() {
        assertEquals("4 outputs: 1 bitwise, 2 mapped, 1 different",
                CheckReport.summary(List.of(Level.MAPPED, Level.DIFFERENT, Level.BITWISE, Level.MAPPED)));
        assertEquals("2 outputs: 2 unbuilt", CheckReport.summary(List.of(Level.UNBUILT, Level.UNBUILT)));
    }
}
