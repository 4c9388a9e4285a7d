package dev.turnpike.schemas;

import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Tells Avro that it may instantiate the classes of the contract. Avro trusts no class that it finds by name; whoever reads
 * or builds events calls this once in a static initializer, so that nobody has to set a system property.
 */
public final class TrustedEvents {

    private static final String PACKAGE = "dev.turnpike.schemas.event.";

    static {
        ClassSecurityPredicate others = ClassSecurityValidator.getGlobal();
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                others, type -> type.getName().startsWith(PACKAGE) && SpecificRecord.class.isAssignableFrom(type)));
    }

    private TrustedEvents() {}

    /** Does nothing but load this class, which is enough. */
    public static void register() {}
}
