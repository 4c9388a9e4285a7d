package dev.turnpike.sink.provider.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotsTest {

    private final List<String> granted = new ArrayList<>();
    private final Slots slots = new Slots(2, new AtomicInteger());

    @Test
    void shouldGrantAtOnceWhileThereAreFreePlaces() {
        request("a");
        request("b");
        request("c");

        assertThat(granted).containsExactly("a", "b");
    }

    @Test
    void shouldGrantInTheOrderOfAsking() {
        Slot a = request("a");
        request("b");
        request("c");
        request("d");

        a.close();

        assertThat(granted).containsExactly("a", "b", "c");
    }

    @Test
    void shouldPassOverWhoNoLongerWaits() {
        Slot a = request("a");
        request("b");
        Slot c = request("c");
        request("d");

        c.close();
        a.close();

        assertThat(granted).containsExactly("a", "b", "d");
    }

    @Test
    void shouldGiveAPlaceBackOnlyOnce() {
        Slot a = request("a");
        request("b");

        a.close();
        a.close();
        request("c");
        request("d");

        assertThat(granted).containsExactly("a", "b", "c");
    }

    private Slot request(String name) {
        return slots.request(() -> granted.add(name));
    }
}
