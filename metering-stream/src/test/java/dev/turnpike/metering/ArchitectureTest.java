package dev.turnpike.metering;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.turnpike.metering", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] PURE = {
        "dev.turnpike.metering.pricing..",
        "dev.turnpike.metering.budget..",
        "dev.turnpike.metering.performance..",
        "dev.turnpike.metering.lease..",
        "dev.turnpike.metering.watch.."
    };

    @ArchTest
    static final ArchRule PURE_CODE_KNOWS_ONLY_THE_CONTRACT = classes()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "dev.turnpike.schemas",
                    "dev.turnpike.schemas.event",
                    "org.jspecify.annotations",
                    PURE[0],
                    PURE[1],
                    PURE[2],
                    PURE[3],
                    PURE[4]);

    @ArchTest
    static final ArchRule NOTHING_READS_A_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("dev.turnpike.metering..")
            .and()
            .resideOutsideOfPackage("dev.turnpike.metering.http..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.Random.class);

    @ArchTest
    static final ArchRule HTTP_SEES_STATE_AND_NOT_PROCESSORS = noClasses()
            .that()
            .resideInAPackage("dev.turnpike.metering.http..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.turnpike.metering.processor..");

    @ArchTest
    static final ArchRule STATE_KNOWS_NO_PROCESSORS = noClasses()
            .that()
            .resideInAPackage("dev.turnpike.metering.state..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnpike.metering.processor..", "dev.turnpike.metering.http..");
}
