package dev.turnpike.metering.http;

import dev.turnpike.metering.state.Peers;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The only instance of a meter. */
class Alone implements Peers {

    @Override
    public String self() {
        return null;
    }

    @Override
    public SortedSet<String> others() {
        return new TreeSet<>();
    }

    @Override
    public String ownerOf(String team) {
        return null;
    }

    @Override
    public String state() {
        return "running";
    }

    @Override
    public List<Progress> progress() {
        return List.of();
    }
}
