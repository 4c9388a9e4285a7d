package dev.turnpike.metering.recent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** The newest of many, numbered from 1 in the order in which they came. */
public final class Ring<T> {

    private final Deque<Numbered<T>> newest = new ArrayDeque<>();
    private final int most;
    private long last;

    /** One of them under its number. */
    public record Numbered<T>(long number, T value) {}

    Ring(int most) {
        this.most = most;
    }

    synchronized void add(T value) {
        newest.addFirst(new Numbered<>(++last, value));
        if (newest.size() > most) {
            newest.removeLast();
        }
    }

    /** The number of the newest; 0 where there is none. */
    public synchronized long last() {
        return last;
    }

    /** How many are remembered at most. */
    public int most() {
        return most;
    }

    /**
     * The newest that match, newest first.
     *
     * @param before only those with a smaller number
     */
    public synchronized List<Numbered<T>> before(long before, int limit, Predicate<T> matching) {
        List<Numbered<T>> found = new ArrayList<>();
        Iterator<Numbered<T>> each = newest.iterator();
        while (each.hasNext() && found.size() < limit) {
            Numbered<T> one = each.next();
            if (one.number() < before && matching.test(one.value())) {
                found.add(one);
            }
        }
        return found;
    }

    /** The newest with a greater number, newest first. */
    public synchronized List<Numbered<T>> after(long number, int limit) {
        List<Numbered<T>> found = new ArrayList<>();
        Iterator<Numbered<T>> each = newest.iterator();
        while (each.hasNext() && found.size() < limit) {
            Numbered<T> one = each.next();
            if (one.number() <= number) {
                break;
            }
            found.add(one);
        }
        return found;
    }
}
