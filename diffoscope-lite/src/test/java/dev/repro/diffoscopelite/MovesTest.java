package dev.repro.diffoscopelite;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MovesTest {
    private static Moves moves() {
        var moves = new Moves();
        moves.add(0x1000, 0);
        moves.add(0x1800, 16);
        moves.end(0x2000);
        moves.add(0x3000, -32);
        moves.end(0x4000);
        moves.seal();
        return moves;
    }

    @Test
    void anAddressMovesWithWhatStandsThere() {
        assertTrue(moves().address(0x1900, 0x1910));
        assertTrue(moves().address(0x2000, 0x2010), "the end of something");
        assertTrue(moves().address(0x3010, 0x2ff0));
        assertFalse(moves().address(0x1900, 0x1911));
        assertFalse(moves().address(0x2800, 0x2810), "nothing is mapped there");
        assertFalse(moves().address(0x100, 0x100));
    }

    @Test
    void aDistanceChangesByWhatBothEndsMoved() {
        assertTrue(moves().distance(0x1100, 0x900, 0x910));
        assertTrue(moves().distance(0x1900, 0x1700, 0x1700 - 48));
        assertFalse(moves().distance(0x1100, 0x900, 0x911));
        assertFalse(moves().distance(0x5000, 0x10, 0x20), "a field that is mapped nowhere");
    }

    @Test
    void withoutAnyMoveNothingFollows() {
        var still = new Moves();
        still.add(0x1000, 0);
        still.seal();
        assertFalse(still.any());
        assertFalse(still.address(0x1000, 0x1000));
    }

    @Test
    void instructionsOfAarch64() {
        assertTrue(Aarch64.sameButAddress(0x94000010, 0x94000020), "bl");
        assertTrue(Aarch64.sameButAddress(0x90000001, 0xb0000021), "adrp x1");
        assertTrue(Aarch64.sameButAddress(0x91004021, 0x91008021), "add x1, x1, #");
        assertFalse(Aarch64.sameButAddress(0x91004021, 0x91008022), "another register");
        assertFalse(Aarch64.sameButAddress(0x94000010, 0x14000010), "b and bl");
        assertFalse(Aarch64.sameButAddress(0xd2800021, 0xd2800041), "mov x1, #");
    }
}
