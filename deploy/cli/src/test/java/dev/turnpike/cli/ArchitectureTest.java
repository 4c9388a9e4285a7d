package dev.turnpike.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packagesOf = ArchitectureTest.class, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule LAWS_ARE_PURE = classes()
            .that()
            .areAssignableTo("dev.turnpike.cli.audit.Law")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations..",
                    "dev.turnpike.schemas",
                    "dev.turnpike.schemas.event",
                    "dev.turnpike.schemas.serde",
                    "dev.turnpike.cli.log",
                    "dev.turnpike.cli.audit");

    @ArchTest
    static final ArchRule AUDIT_TRUSTS_NO_CODE_THAT_IT_AUDITS = noClasses()
            .that()
            .resideInAPackage("..cli.audit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.turnpike.router..", "dev.turnpike.metering..", "dev.turnpike.sink..");

    @ArchTest
    static final ArchRule VIEWS_ONLY_SHOW = noClasses()
            .that()
            .resideInAnyPackage("..cli.view..", "..cli.text..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "picocli..", "dev.turnpike.cli.log..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.turnpike.cli.(*)..").should().beFreeOfCycles();
}
