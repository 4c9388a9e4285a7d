package dev.turnpike.router;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packagesOf = ArchitectureTest.class, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule DECIDING_IS_PURE = classes()
            .that()
            .resideInAPackage("..router.decision..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations..",
                    "dev.turnpike.schemas",
                    "dev.turnpike.schemas.event",
                    "dev.turnpike.router.decision..");

    @ArchTest
    static final ArchRule DECIDING_KNOWS_NO_CLOCK_AND_NO_CHANCE = noClasses()
            .that()
            .resideInAPackage("..router.decision..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.random.RandomGenerator.class)
            .orShould()
            .dependOnClassesThat()
            .haveSimpleName("UUID");

    @ArchTest
    static final ArchRule READING_PROMPTS_KNOWS_NO_KAFKA = noClasses()
            .that()
            .resideInAPackage("..router.prompt..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule STATE_KNOWS_NO_PROCESSORS = noClasses()
            .that()
            .resideInAnyPackage("..router.state..", "..router.config..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..router.processor..");
}
