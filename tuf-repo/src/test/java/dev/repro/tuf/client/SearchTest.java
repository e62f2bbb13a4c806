package dev.repro.tuf.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import dev.repro.tuf.TargetName;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Agreement of roles (TAP 3) in a search.
class SearchTest {
    private static final TargetName TARGET = new TargetName("hello/1");
    private final Hand author = new Hand();
    private final Hand rebuilder = new Hand();
    private final Hand third = new Hand();
    private final Sim sim = new Sim().delegate("author", "hello/*", false, 1, author).delegate("rebuilder", "hello/*", false, 1, rebuilder)
            .delegate("third", "*/*", false, 1, third).agree("hello/*", "author", "rebuilder");

    private Found find() throws Refusal, Problem {
        return sim.publish().refresh(sim.begun()).find(TARGET);
    }

    private String refused() {
        return assertThrows(Refusal.class, this::find).name();
    }

    private Sim say(String author, String rebuilder, String third) {
        return sim.role("author", author.isEmpty() ? Map.of() : Map.of("hello/1", author), this.author)
                .role("rebuilder", rebuilder.isEmpty() ? Map.of() : Map.of("hello/1", rebuilder), this.rebuilder)
                .role("third", third.isEmpty() ? Map.of() : Map.of("hello/1", third, "other/1", third), this.third);
    }

    @Test
    void bothMustSayTheSame() throws Refusal, Problem {
        say("same", "same", "third!");
        assertEquals("author", find().role().role().text());
        say("same", "else", "third!");
        assertEquals("target-disagreement", refused());
        say("same", "", "third!");
        assertEquals("target-disagreement", refused());
        say("", "same", "third!");
        assertEquals("target-disagreement", refused());
    }

    @Test
    void ifNoneListsItTheSearchGoesOn() throws Refusal, Problem {
        say("", "", "third!");
        assertEquals("third", find().role().role().text());
    }

    @Test
    void oneThatCannotBeVerifiedIsNotOutvoted() {
        say("same", "same", "").role("rebuilder", Map.of("hello/1", "same"), third);
        assertEquals("delegated-unsigned", refused());
        sim.delegate("fourth", "hello/*", false, 1, third).agree("hello/x", "author", "fourth");
        assertEquals("delegated-unsigned", refused());
    }

    @Test
    void otherTargetsAreNotConcerned() throws Refusal, Problem {
        say("same", "else", "third!");
        assertEquals("third", sim.publish().refresh(sim.begun()).find(new TargetName("other/1")).role().role().text());
    }

    @Test
    void whatTheDelegatorItselfListsNeedsNoAgreement() throws Refusal, Problem {
        say("same", "else", "").target("hello/1", "own");
        assertEquals("targets", find().role().role().text());
    }

    @Test
    void terminatingMemberEndsTheSearch() {
        var terminating = new Sim().delegate("author", "hello/*", false, 1, author).delegate("third", "hello/*", false, 1, third)
                .delegate("rebuilder", "hello/*", true, 1, rebuilder).agree("hello/*", "author", "rebuilder");
        terminating.role("author", Map.of(), author).role("rebuilder", Map.of(), rebuilder).role("third", Map.of("hello/1", "third!"), third).publish();
        assertEquals("target-unknown", assertThrows(Refusal.class, () -> terminating.refresh(terminating.begun()).find(TARGET)).name());
    }
}
