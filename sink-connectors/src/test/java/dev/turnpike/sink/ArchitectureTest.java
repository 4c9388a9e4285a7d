package dev.turnpike.sink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnpike.sink", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule EXECUTION_IS_PURE = classes()
            .that()
            .resideInAPackage("..execution")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "..execution",
                    "..judge",
                    "java.lang..",
                    "java.time..",
                    "java.util..",
                    "org.jspecify.annotations..",
                    "dev.turnpike.schemas",
                    "dev.turnpike.schemas.event");

    @ArchTest
    static final ArchRule JUDGE_IS_PURE = classes()
            .that()
            .resideInAPackage("..judge")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "..judge",
                    "java.lang..",
                    "java.util..",
                    "org.jspecify.annotations..",
                    "com.fasterxml.jackson.core",
                    "com.fasterxml.jackson.databind..");

    @ArchTest
    static final ArchRule EXECUTION_ASKS_NO_CLOCK = noClasses()
            .that()
            .resideInAPackage("..execution")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule CALLS_KNOW_NO_KAFKA = noClasses()
            .that()
            .resideInAPackage("..call")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "dev.turnpike.sink.provider");

    // the worker's own classes may be of another version, or behind another class loader
    @ArchTest
    static final ArchRule SINKS_USE_CONNECT_BY_ITS_API_ALONE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka.connect.runtime..",
                    "org.apache.kafka.connect.json..",
                    "org.apache.kafka.streams..",
                    "dev.turnpike.cluster..");
}
