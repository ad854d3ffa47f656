using AdapterToolkit.CompilerServices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Differentiation.Models;
using Xunit;

namespace AdapterToolkit.Tests.Differentiation;

/// <summary>The emitted passes of models of every shape against each other and against central finite differences.</summary>
public sealed class DifferentiationTests
{
    private static readonly Dictionary<string, Func<UnaryModel>> s_unaryModels = new()
    {
        [nameof(FanOut)] = () => new FanOut(),
        [nameof(ModuleUsedTwice)] = () => new ModuleUsedTwice(),
        [nameof(ScalarArithmetic)] = () => new ScalarArithmetic(),
        [nameof(UserOperators)] = () => new UserOperators(),
        [nameof(UnusedResults)] = () => new UnusedResults(),
        [nameof(TrainableNorm)] = () => new TrainableNorm(),
        [nameof(Nested)] = () => new Nested(),
        [nameof(PassThrough)] = () => new PassThrough(),
        [nameof(LoopOverModules)] = () => new LoopOverModules(),
        [nameof(BranchInsideLoop)] = () => new BranchInsideLoop(),
        [nameof(BreakAndContinue)] = () => new BreakAndContinue(),
        [nameof(MixedExits)] = () => new MixedExits(),
        [nameof(EarlyReturn)] = () => new EarlyReturn(),
        [nameof(ReturnFromLoop)] = () => new ReturnFromLoop(),
        [nameof(ConditionalExpression)] = () => new ConditionalExpression(),
        [nameof(Switches)] = () => new Switches(),
        [nameof(SectionsThatEndEarly)] = () => new SectionsThatEndEarly(),
        [nameof(SwappedInLoop)] = () => new SwappedInLoop(),
        [nameof(NestedLoops)] = () => new NestedLoops(),
        [nameof(SharedHelper)] = () => new SharedHelper(),
        [nameof(SharedHelperWrittenOut)] = () => new SharedHelperWrittenOut(),
        [nameof(HelperInLoop)] = () => new HelperInLoop(),
        [nameof(HelperInLoopWrittenOut)] = () => new HelperInLoopWrittenOut(),
        [nameof(HelperInBranch)] = () => new HelperInBranch(),
        [nameof(HelperWithEarlyReturn)] = () => new HelperWithEarlyReturn(),
        [nameof(LocalFunctions)] = () => new LocalFunctions(),
        [nameof(LocalFunctionsWrittenOut)] = () => new LocalFunctionsWrittenOut(),
        [nameof(HelperCallingHelper)] = () => new HelperCallingHelper(),
        [nameof(HelperWithTuple)] = () => new HelperWithTuple(),
        [nameof(InheritedHelper)] = () => new InheritedHelper(),
        [nameof(GenericHelpers<>)] = () => new GenericHelpers<Made>(),
    };

    /// <summary>Every model of one tensor, in each of the modes that its branches tell apart.</summary>
    public static IEnumerable<TheoryDataRow<string, int>> UnaryModels =>
        from name in s_unaryModels.Keys
        from mode in name is nameof(FanOut) or nameof(ModuleUsedTwice) or nameof(ScalarArithmetic) or nameof(UserOperators)
            or nameof(UnusedResults) or nameof(TrainableNorm) or nameof(Nested) or nameof(LoopOverModules) or nameof(SharedHelper)
            or nameof(SharedHelperWrittenOut) or nameof(HelperInLoop) or nameof(HelperInLoopWrittenOut) or nameof(HelperCallingHelper)
            or nameof(GenericHelpers<>)
            ? Enumerable.Range(0, 1)
            : Enumerable.Range(0, name == nameof(ReturnFromLoop) ? 7 : 4)
        select new TheoryDataRow<string, int>(name, mode).WithTrait("Device", "cpu");

    [Theory]
    [MemberData(nameof(UnaryModels))]
    public void GradientsMatchFiniteDifferences(string name, int mode)
    {
        using DifferentiatedModel model = Open(name, mode);
        model.Randomize(layer => true);
        model.AssertGradients(inputActive: [true]);
    }

    [Theory]
    [MemberData(nameof(UnaryModels))]
    public void FrozenInputGetsNoGradient(string name, int mode)
    {
        using DifferentiatedModel model = Open(name, mode);
        model.Randomize(layer => true);
        model.AssertGradients(inputActive: [false]);
    }

    [Theory]
    [MemberData(nameof(UnaryModels))]
    public void AdaptersOnSomeLayersOnly(string name, int mode)
    {
        using DifferentiatedModel model = Open(name, mode);
        for (int chosen = 0; chosen < model.Layers.Count; chosen++)
        {
            Linear layer = model.Layers[chosen];
            model.Randomize(other => ReferenceEquals(other, layer));
            model.AssertGradients(inputActive: [true]);
            model.AssertGradients(inputActive: [false]);
        }
    }

    [Theory]
    [MemberData(nameof(UnaryModels))]
    public void NothingIsSavedWhereNothingTrains(string name, int mode)
    {
        using DifferentiatedModel model = Open(name, mode, trainable: false);
        model.Randomize(layer => false);
        model.AssertSavesNothing();
        model.AssertGradients(inputActive: [true]);
    }

    [Theory]
    [MemberData(nameof(UnaryModels))]
    public void RecomputingGivesTheSameGradients(string name, int mode)
    {
        using DifferentiatedModel model = Open(name, mode);
        model.Randomize(layer => true);
        model.AssertRecomputationAgrees();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void ModelOfTwoTensors(bool leftActive, bool rightActive)
    {
        TwoInputs module = new();
        using DifferentiatedModel model = new(
            module,
            inputs: 2,
            tensors => module.Forward(tensors[0], tensors[1]),
            tensors => module.Evaluate(tensors[0], tensors[1], Pass.Active),
            (Tensor[] tensors, bool[] active, out ForwardRecord? record) =>
                module.ForwardSaving(tensors[0], active[0], tensors[1], active[1], Pass.Active, out record),
            (gradient, record) =>
            {
                module.Backward(gradient, record, out Tensor? left, out Tensor? right);
                return [left, right];
            });
        model.Randomize(layer => true);
        model.AssertGradients([leftActive, rightActive]);
        model.AssertRecomputationAgrees();
        model.Randomize(layer => false);
        if (leftActive || rightActive)
            model.AssertGradients([leftActive, rightActive]);
        else
            model.AssertSavesNothing();
    }

    [Fact]
    public void ExceptionsOfForwardStay()
    {
        using DifferentiatedModel model = Open(nameof(EarlyReturn), -1);
        model.Randomize(layer => true);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => model.Evaluate());
        Assert.Equal("Mode is -1.", thrown.Message);
    }

    [Theory]
    [InlineData(nameof(SharedHelper), nameof(SharedHelperWrittenOut))]
    [InlineData(nameof(HelperInLoop), nameof(HelperInLoopWrittenOut))]
    [InlineData(nameof(LocalFunctions), nameof(LocalFunctionsWrittenOut))]
    public void A_helper_computes_what_its_body_written_out_does(string name, string writtenOut)
    {
        for (int mode = 0; mode < 3; mode++)
        {
            using DifferentiatedModel model = Open(name, mode), expected = Open(writtenOut, mode);
            model.Randomize(layer => true);
            expected.Randomize(layer => true);
            Assert.Equal(expected.Evaluate(), model.Evaluate());
            Assert.Equal(expected.Gradients(), model.Gradients());
        }
    }

    [Fact]
    public void Exceptions_of_a_helper_stay()
    {
        using DifferentiatedModel model = Open(nameof(HelperWithEarlyReturn), -1);
        model.Randomize(layer => true);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => model.Evaluate());
        Assert.Equal("mode is -1.", thrown.Message);
    }

    private static DifferentiatedModel Open(string name, int mode, bool trainable = true)
    {
        UnaryModel module = s_unaryModels[name]();
        module.Mode = mode;
        return new DifferentiatedModel(
            module,
            inputs: 1,
            tensors => module.Forward(tensors[0]),
            tensors => module.Evaluate(tensors[0], Pass.Active),
            (Tensor[] tensors, bool[] active, out ForwardRecord? record) => module.ForwardSaving(tensors[0], active[0], Pass.Active, out record),
            (gradient, record) =>
            {
                module.Backward(gradient, record, out Tensor? x);
                return [x];
            },
            trainable);
    }
}
