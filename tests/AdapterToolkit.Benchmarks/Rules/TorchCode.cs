namespace AdapterToolkit.Benchmarks.Rules;

/// <summary>Classes as programs have them that use TorchSharp: models, training and data, and low-rank layers written by hand.</summary>
internal static class TorchCode
{
    /// <summary>What each file begins with.</summary>
    public const string Header = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        """;

    /// <summary>Classes without adapters.</summary>
    public static IReadOnlyList<string> WithoutAdapters { get; } =
    [
        """
        public sealed class @NPerceptron : Module<Tensor, Tensor>
        {
            private readonly Linear _first;
            private readonly Linear _hidden;
            private readonly Linear _last;
            private readonly Dropout _dropout;
            private readonly double _temperature;

            public @NPerceptron(int inputs, int outputs, double dropout = 0.1)
                : base(nameof(@NPerceptron))
            {
                _first = Linear(inputs, @1);
                _hidden = Linear(@1, @2);
                _last = Linear(@2, outputs);
                _dropout = Dropout(dropout);
                _temperature = 1.0 / Math.Sqrt(outputs);
                init.xavier_uniform_(_first.weight);
                init.zeros_(_first.bias);
                RegisterComponents();
            }

            public override Tensor forward(Tensor input)
            {
                Tensor x = functional.relu(_first.forward(input));
                x = _dropout.forward(x);
                for (int i = 0; i < 3; i++)
                {
                    Tensor y = functional.gelu(_hidden.forward(x));
                    if (y.shape[^1] == x.shape[^1])
                        x = x + y;
                    else
                        x = y;
                }

                return _last.forward(x) * _temperature;
            }

            public Tensor Predict(Tensor input)
            {
                using var guard = no_grad();
                eval();
                Tensor logits = forward(input);
                return logits.argmax(1);
            }
        }

        """,
        """
        public sealed class @NEncoder : Module<Tensor, Tensor>
        {
            private readonly Sequential _layers;
            private readonly Linear _mean, _spread;
            private readonly Linear _decoded;

            public @NEncoder(int inputs, int latent)
                : base(nameof(@NEncoder))
            {
                _layers = Sequential(("first", Linear(inputs, @1)), ("relu", ReLU()), ("second", Linear(@1, @2)));
                _mean = Linear(@2, latent);
                _spread = Linear(@2, latent);
                _decoded = Linear(latent, inputs);
                RegisterComponents();
            }

            public (Tensor Mean, Tensor Spread) Encode(Tensor x)
            {
                Tensor hidden = functional.relu(_layers.forward(x.view(-1, x.shape[^1])));
                return (_mean.forward(hidden), _spread.forward(hidden));
            }

            public Tensor Sample(Tensor mean, Tensor spread)
            {
                Tensor deviation = exp(spread * 0.5);
                Tensor noise = randn_like(deviation);
                return mean + noise * deviation;
            }

            public override Tensor forward(Tensor x)
            {
                (Tensor mean, Tensor spread) = Encode(x);
                return sigmoid(_decoded.forward(Sample(mean, spread)));
            }

            public static Tensor Loss(Tensor reconstructed, Tensor x, Tensor mean, Tensor spread)
            {
                Tensor likelihood = functional.binary_cross_entropy(reconstructed, x, reduction: Reduction.Sum);
                Tensor divergence = -0.5 * sum(1 + spread - mean.pow(2) - spread.exp());
                return likelihood + divergence;
            }
        }

        """,
        """
        public sealed class @NAttention : Module<Tensor, Tensor>
        {
            private readonly Linear _query, _key, _value, _output;
            private readonly LayerNorm _norm;
            private readonly int _heads, _width;

            public @NAttention(int width, int heads)
                : base(nameof(@NAttention))
            {
                if (width % heads != 0)
                    throw new ArgumentException($"{width} is no multiple of {heads}.", nameof(heads));
                _heads = heads;
                _width = width / heads;
                _query = Linear(width, width);
                _key = Linear(width, width);
                _value = Linear(width, width);
                _output = Linear(width, width, hasBias: false);
                _norm = LayerNorm(new long[] { width });
                RegisterComponents();
            }

            public override Tensor forward(Tensor x)
            {
                long batch = x.shape[0], length = x.shape[1];
                Tensor query = Split(_query.forward(x), batch, length);
                Tensor key = Split(_key.forward(x), batch, length);
                Tensor value = Split(_value.forward(x), batch, length);
                Tensor scores = matmul(query, key.transpose(-2, -1)) / Math.Sqrt(_width);
                Tensor mask = ones(length, length, device: x.device).tril();
                scores = scores.masked_fill(mask.eq(0), double.NegativeInfinity);
                Tensor attended = matmul(functional.softmax(scores, dim: -1), value);
                Tensor joined = attended.transpose(1, 2).contiguous().view(batch, length, _heads * _width);
                return _norm.forward(x + _output.forward(joined));
            }

            private Tensor Split(Tensor x, long batch, long length) => x.view(batch, length, _heads, _width).transpose(1, 2);
        }

        """,
        """
        public sealed class @NScale : Module<Tensor, Tensor>
        {
            private readonly Parameter _gain;
            private readonly Parameter _shift;
            private readonly double _epsilon;

            public @NScale(int width, double epsilon = 1e-5)
                : base(nameof(@NScale))
            {
                _gain = new Parameter(ones(width));
                _shift = new Parameter(zeros(width));
                _epsilon = epsilon;
                RegisterComponents();
            }

            public override Tensor forward(Tensor x)
            {
                Tensor mean = x.mean(new long[] { -1 }, keepdim: true);
                Tensor centered = x - mean;
                Tensor variance = centered.pow(2).mean(new long[] { -1 }, keepdim: true);
                return centered / (variance + _epsilon).sqrt() * _gain + _shift;
            }
        }

        """,
        """
        public sealed class @NPictures : Module<Tensor, Tensor>
        {
            private readonly Conv2d _first = Conv2d(3, @1, kernel_size: 3, padding: 1);
            private readonly Conv2d _second = Conv2d(@1, @2, kernel_size: 3, padding: 1);
            private readonly BatchNorm2d _firstNorm = BatchNorm2d(@1);
            private readonly BatchNorm2d _secondNorm = BatchNorm2d(@2);
            private readonly MaxPool2d _pool = MaxPool2d(2);
            private readonly Linear _classes;

            public @NPictures(int size, int classes)
                : base(nameof(@NPictures))
            {
                _classes = Linear(@2 * (size / 4) * (size / 4), classes);
                RegisterComponents();
            }

            public override Tensor forward(Tensor x)
            {
                x = _pool.forward(functional.relu(_firstNorm.forward(_first.forward(x))));
                x = _pool.forward(functional.relu(_secondNorm.forward(_second.forward(x))));
                return functional.log_softmax(_classes.forward(x.flatten(1)), 1);
            }
        }

        """,
        """
        public sealed class @NTrainer
        {
            private readonly Module<Tensor, Tensor> _model;
            private readonly List<double> _history = new();
            private readonly Device _device;
            private int _epochs;

            public @NTrainer(Module<Tensor, Tensor> model, Device device)
            {
                _model = model;
                _device = device;
                _model.to(device);
            }

            public event Action<int, double>? Finished;

            public IReadOnlyList<double> History => _history;

            public void Train(IEnumerable<(Tensor Input, Tensor Target)> batches, int epochs, double learningRate)
            {
                var optimizer = optim.AdamW(_model.parameters(), learningRate, weight_decay: 0.01);
                var schedule = optim.lr_scheduler.StepLR(optimizer, @3, 0.5);
                for (int epoch = 0; epoch < epochs; epoch++)
                {
                    _model.train();
                    double total = 0;
                    int count = 0;
                    foreach ((Tensor input, Tensor target) in batches)
                    {
                        using var scope = NewDisposeScope();
                        optimizer.zero_grad();
                        Tensor output = _model.forward(input.to(_device));
                        Tensor loss = functional.cross_entropy(output, target.to(_device));
                        loss.backward();
                        nn.utils.clip_grad_norm_(_model.parameters(), 1.0);
                        optimizer.step();
                        total += loss.ToDouble();
                        count++;
                    }

                    schedule.step();
                    _history.Add(total / Math.Max(1, count));
                    _epochs++;
                    Finished?.Invoke(epoch, _history[^1]);
                }
            }

            public double Accuracy(IEnumerable<(Tensor Input, Tensor Target)> batches)
            {
                _model.eval();
                using var guard = no_grad();
                long right = 0, all = 0;
                foreach ((Tensor input, Tensor target) in batches)
                {
                    Tensor predicted = _model.forward(input.to(_device)).argmax(1);
                    right += predicted.eq(target.to(_device)).sum().ToInt64();
                    all += target.shape[0];
                }

                return all == 0 ? 0 : (double)right / all;
            }

            public void Save(string folder)
            {
                Directory.CreateDirectory(folder);
                _model.save(Path.Combine(folder, $"epoch{_epochs}.dat"));
                File.WriteAllLines(Path.Combine(folder, "history.csv"), _history.Select((loss, i) => $"{i},{loss:F6}"));
            }
        }

        """,
        """
        public sealed record @NRow(string Id, float[] Features, int Label);

        public sealed class @NData
        {
            private readonly List<@NRow> _rows = new();
            private readonly Random _random = new(@3);

            public int Count => _rows.Count;

            public void Read(string file)
            {
                foreach (string line in File.ReadLines(file).Skip(1))
                {
                    string[] cells = line.Split(',');
                    if (cells.Length < 3 || string.IsNullOrWhiteSpace(cells[0]))
                        continue;
                    float[] features = cells.Skip(1).Take(cells.Length - 2).Select(float.Parse).ToArray();
                    _rows.Add(new @NRow(cells[0], features, int.Parse(cells[^1])));
                }
            }

            public IEnumerable<(Tensor Input, Tensor Target)> Batches(int size)
            {
                int[] order = Enumerable.Range(0, _rows.Count).OrderBy(_ => _random.Next()).ToArray();
                for (int start = 0; start < order.Length; start += size)
                {
                    @NRow[] chosen = order.Skip(start).Take(size).Select(i => _rows[i]).ToArray();
                    int width = chosen[0].Features.Length;
                    float[] flat = new float[chosen.Length * width];
                    for (int i = 0; i < chosen.Length; i++)
                        Array.Copy(chosen[i].Features, 0, flat, i * width, width);
                    Tensor input = tensor(flat, new long[] { chosen.Length, width });
                    Tensor target = tensor(chosen.Select(row => (long)row.Label).ToArray());
                    yield return (input, target);
                }
            }

            public (float Mean, float Deviation)[] Statistics()
            {
                if (_rows.Count == 0)
                    return Array.Empty<(float, float)>();
                var result = new (float, float)[_rows[0].Features.Length];
                for (int column = 0; column < result.Length; column++)
                {
                    float mean = _rows.Average(row => row.Features[column]);
                    float variance = _rows.Sum(row => (row.Features[column] - mean) * (row.Features[column] - mean)) / _rows.Count;
                    result[column] = (mean, MathF.Sqrt(variance));
                }

                return result;
            }
        }

        """,
        """
        public sealed class @NRecurrent : Module<Tensor, Tensor>
        {
            private readonly Embedding _embedding;
            private readonly LSTM _cells;
            private readonly Linear _head;
            private readonly long _layers, _hidden;

            public @NRecurrent(long words, long width, long hidden, long layers)
                : base(nameof(@NRecurrent))
            {
                _layers = layers;
                _hidden = hidden;
                _embedding = Embedding(words, width);
                _cells = LSTM(width, hidden, numLayers: layers, batchFirst: true);
                _head = Linear(hidden, words);
                RegisterComponents();
            }

            public override Tensor forward(Tensor tokens)
            {
                Tensor state = zeros(_layers, tokens.shape[0], _hidden, device: tokens.device);
                Tensor memory = zeros(_layers, tokens.shape[0], _hidden, device: tokens.device);
                (Tensor output, Tensor _, Tensor _) = _cells.forward(_embedding.forward(tokens), (state, memory));
                return _head.forward(output);
            }

            public List<long> Continue(List<long> start, int count)
            {
                using var guard = no_grad();
                List<long> tokens = new(start);
                for (int i = 0; i < count; i++)
                {
                    using var scope = NewDisposeScope();
                    Tensor logits = forward(tensor(tokens.ToArray()).unsqueeze(0));
                    Tensor last = logits[0, -1];
                    tokens.Add(multinomial(functional.softmax(last, dim: 0), 1).ToInt64());
                }

                return tokens;
            }
        }

        """,
    ];

    /// <summary>Low-rank layers, what they are put in, and what trains them.</summary>
    public static IReadOnlyList<string> WithAdapters { get; } =
    [
        """
        public sealed class @NLora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B;
            private readonly double _scaling;

            public @NLora(int inputs, int outputs, int rank, double alpha)
                : base(nameof(@NLora))
            {
                weight = new Parameter(randn(outputs, inputs), requires_grad: false);
                lora_A = new Parameter(randn(rank, inputs) / rank);
                lora_B = new Parameter(zeros(outputs, rank));
                _scaling = alpha / rank;
                RegisterComponents();
            }

            public IEnumerable<Parameter> Trained => new[] { lora_A, lora_B };

            public override Tensor forward(Tensor x)
            {
                Tensor reduced = functional.linear(x, lora_A);
                Tensor term = functional.linear(reduced, lora_B) * _scaling;
                return functional.linear(x, weight) + term;
            }

            public void Merge()
            {
                using var guard = no_grad();
                weight.add_(matmul(lora_B, lora_A) * _scaling);
            }
        }

        public sealed class @NBlock : Module<Tensor, Tensor>
        {
            private readonly @NLora _up, _down;
            private readonly LayerNorm _norm;

            public @NBlock(int width)
                : base(nameof(@NBlock))
            {
                _up = new @NLora(width, @2, 8, 16);
                _down = new @NLora(@2, width, 8, 16);
                _norm = LayerNorm(new long[] { width });
                RegisterComponents();
            }

            public IEnumerable<Parameter> Trained => _up.Trained.Concat(_down.Trained);

            public override Tensor forward(Tensor x) => _norm.forward(x + _down.forward(functional.gelu(_up.forward(x))));

            public double Step(optim.Optimizer optimizer, Tensor input, Tensor target)
            {
                optimizer.zero_grad();
                Tensor loss = functional.mse_loss(forward(input), target);
                loss.backward();
                optimizer.step();
                return loss.ToDouble();
            }

            public static @NBlock Train(int width, IEnumerable<(Tensor Input, Tensor Target)> batches)
            {
                @NBlock block = new(width);
                optim.Optimizer optimizer = optim.AdamW(block.Trained, 1e-3);
                foreach ((Tensor input, Tensor target) in batches)
                    block.Step(optimizer, input, target);
                block._up.Merge();
                block._down.Merge();
                return block;
            }
        }

        """,
        """
        public sealed class @NAdapted : Module<Tensor, Tensor>
        {
            private readonly Linear _base;
            private readonly Linear _down, _up;
            private readonly Dropout _dropout;
            private readonly double _scale;

            public @NAdapted(Linear layer, long rank, double alpha = 16)
                : base(nameof(@NAdapted))
            {
                _base = layer;
                _base.weight.requires_grad = false;
                if (_base.bias is not null)
                    _base.bias.requires_grad_(false);
                _down = Linear(layer.weight.shape[1], rank, hasBias: false);
                _up = Linear(rank, layer.weight.shape[0], hasBias: false);
                _dropout = Dropout(0.05);
                init.zeros_(_up.weight);
                init.kaiming_uniform_(_down.weight, Math.Sqrt(5));
                _scale = alpha / rank;
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => _base.forward(x) + _up.forward(_down.forward(_dropout.forward(x))) * _scale;

            public Tensor Difference()
            {
                using var guard = no_grad();
                return matmul(_up.weight, _down.weight) * _scale;
            }

            public IEnumerable<Parameter> Trained()
            {
                foreach (Parameter parameter in _down.parameters())
                    yield return parameter;
                foreach (Parameter parameter in _up.parameters())
                    yield return parameter;
            }

            public void Save(string file)
            {
                var state = new Dictionary<string, Tensor> { ["lora_A.weight"] = _down.weight, ["lora_B.weight"] = _up.weight };
                foreach ((string name, Tensor value) in state)
                    value.save($"{file}.{name}");
            }
        }

        """,
    ];
}
