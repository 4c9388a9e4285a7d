package dev.turnpike.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnpike.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule WHAT_IS_SAID_KNOWS_NEITHER_HTTP_NOR_KAFKA = classes()
            .that()
            .resideInAPackage("dev.turnpike.gateway.chat..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "com.fasterxml.jackson..",
                    "org.jspecify.annotations",
                    "dev.turnpike.schemas",
                    "dev.turnpike.schemas.event",
                    "dev.turnpike.gateway.chat");

    @ArchTest
    static final ArchRule CALLS_KNOW_NEITHER_HTTP_NOR_KAFKA = noClasses()
            .that()
            .resideInAPackage("dev.turnpike.gateway.call..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta..", "org.eclipse.jetty..", "io.javalin..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.turnpike.gateway.(*)..").should().beFreeOfCycles();
}
